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
    private double mean = Double.NaN;

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

    @Override
    public double getAsDouble() {
        if (!read) {
            mean = sum.item_double() / count;
            close();
        }
        return mean;
    }

    /** Frees its memory. */
    @Override
    public void close() {
        read = true;
        sum.close();
        unread.remove(this);
    }
}
