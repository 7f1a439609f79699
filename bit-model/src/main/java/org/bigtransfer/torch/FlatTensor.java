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
 * <p>One memory where the device is the CPU. Elsewhere there are two, and each side's first look after the other side
 * may have written copies all of it. Takes memory from its first use on.
 */
final class FlatTensor implements AutoCloseable {
    private final long length;
    private final Device device;
    private final boolean shared;
    private NativeVector host;
    /** Over the host's memory. */
    private Tensor hostTensor;
    /** The same tensor on a CPU. */
    private Tensor deviceTensor;

    private boolean hostIsOld;
    private boolean deviceIsOld;

    FlatTensor(long length, Device device) {
        this(length, device, device.is_cpu());
    }

    /** @param shared whether one memory serves both sides */
    FlatTensor(long length, Device device, boolean shared) {
        this.length = length;
        this.device = device;
        this.shared = shared;
    }

    private void allocate() {
        if (host != null) {
            return;
        }
        host = NativeVector.zeros(length);
        try (PointerScope scope = new PointerScope()) {
            hostTensor = LibTorch.keep(torch.from_blob(host.memory(), length));
            deviceTensor = LibTorch.keep(
                    shared
                            ? hostTensor
                            : hostTensor.to(device, ScalarType.Float, false, true, new MemoryFormatOptional()));
        }
    }

    /** For a caller that may write until the device's next look. */
    FlatVector host() {
        allocate();
        if (hostIsOld) {
            hostTensor.copy_(deviceTensor);
            hostIsOld = false;
        }
        deviceIsOld = !shared;
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
        hostIsOld = !shared;
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
