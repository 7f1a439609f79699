package org.bigtransfer.torch;

import org.bigtransfer.replica.FlatVector;
import org.bigtransfer.replica.NativeVector;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A vector of float32, zero at first, that callers see in host memory and the network as a tensor on its device.
 *
 * <p>One memory, or two where it is mirrored: then each side's first look after the other side may have written copies all
 * of it. Takes memory from its first use on.
 */
final class FlatTensor implements AutoCloseable {
    private final long length;
    private final Device device;
    private final boolean mirrored;
    private NativeVector host;
    /** Over the host's memory. */
    private Tensor hostTensor;
    /** The same tensor unless mirrored. */
    private Tensor deviceTensor;

    private boolean hostIsOld;
    private boolean deviceIsOld;

    FlatTensor(long length, Placement placement) {
        this.length = length;
        this.device = placement.device();
        this.mirrored = placement.mirrored();
    }

    private void allocate() {
        if (host != null) {
            return;
        }
        host = NativeVector.zeros(length);
        try (PointerScope scope = new PointerScope()) {
            hostTensor = LibTorch.keep(torch.from_blob(host.memory(), length));
            deviceTensor = LibTorch.keep(
                    mirrored
                            ? hostTensor.to(device, ScalarType.Float, false, true, new MemoryFormatOptional())
                            : hostTensor);
        }
    }

    /** For a caller that may write until the device's next look. */
    FlatVector host() {
        allocate();
        if (hostIsOld) {
            hostTensor.copy_(deviceTensor);
            hostIsOld = false;
        }
        deviceIsOld = mirrored;
        return host;
    }

    /** [length] on the device, to be read. */
    Tensor read() {
        allocate();
        if (deviceIsOld) {
            deviceTensor.copy_(hostTensor);
            deviceIsOld = false;
        }
        return deviceTensor;
    }

    /** [length] on the device, to be written. */
    Tensor write() {
        read();
        hostIsOld = mirrored;
        return deviceTensor;
    }

    @Override
    public void close() {
        if (host != null) {
            deviceTensor.close();
            hostTensor.close();
            host.close();
        }
    }
}
