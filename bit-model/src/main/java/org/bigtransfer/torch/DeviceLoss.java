package org.bigtransfer.torch;

import java.util.Set;
import java.util.function.DoubleSupplier;
import org.bytedeco.pytorch.Tensor;

/** A mean loss that stays on its device until it is asked for, the first time of which waits until it is computed. */
final class DeviceLoss implements DoubleSupplier, AutoCloseable {
    private final Set<DeviceLoss> unread;
    private final int count;
    private final Tensor sum;
    private boolean read;
    private double mean;

    /**
     * Keeps a handle of its own.
     *
     * @param sum of the losses of {@code count} images
     * @param unread those that hold memory, which this one leaves when it is read or closed
     */
    DeviceLoss(Tensor sum, int count, Set<DeviceLoss> unread) {
        this.sum = LibTorch.keep(sum);
        this.count = count;
        this.unread = unread;
    }

    /** @throws IllegalStateException when it is asked for the first time after its replica was closed */
    @Override
    public double getAsDouble() {
        if (!read) {
            if (sum.isNull()) {
                throw new IllegalStateException("a loss must be read before its replica is closed");
            }
            mean = sum.item_double() / count;
            read = true;
            close();
        }
        return mean;
    }

    /** Frees its memory. */
    @Override
    public void close() {
        sum.close();
        unread.remove(this);
    }
}
