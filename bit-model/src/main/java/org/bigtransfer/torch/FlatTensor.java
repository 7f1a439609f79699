package org.bigtransfer.torch;

import org.bigtransfer.replica.FlatVector;
import org.bigtransfer.replica.NativeVector;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A vector of float32, zero at first, that callers see in host memory in the layout's order, and the network as a tensor on
 * its device in the device's.
 *
 * <p>Each side takes memory from its first use on, a CPU's too: then its first look after the other side may have written
 * copies all of it, so that a step of which the host sees nothing rearranges nothing.
 */
final class FlatTensor implements AutoCloseable {
    private final long length;
    private final Placement placement;
    private final Arrangement arrangement;
    private NativeVector host;
    /** Over the host's memory. */
    private Tensor hostTensor;

    private Tensor deviceTensor;
    private boolean hostIsOld;
    private boolean deviceIsOld;

    FlatTensor(long length, Placement placement, Arrangement arrangement) {
        this.length = length;
        this.placement = placement;
        this.arrangement = arrangement;
    }

    /** For a caller that may write until the device's next look. */
    FlatVector host() {
        if (host == null) {
            host = NativeVector.zeros(length);
            try (PointerScope scope = new PointerScope()) {
                hostTensor = LibTorch.keep(torch.from_blob(host.memory(), length));
            }
        }
        if (hostIsOld) {
            try (PointerScope scope = new PointerScope()) {
                toHost();
            }
            hostIsOld = false;
        }
        deviceIsOld = true;
        return host;
    }

    private void toHost() {
        if (deviceTensor.is_cpu()) {
            arrangement.toHost(deviceTensor, hostTensor);
        } else {
            Tensor arranged = torch.empty_like(deviceTensor);
            arrangement.toHost(deviceTensor, arranged);
            hostTensor.copy_(arranged);
        }
    }

    /** [length] on the device, to be read. */
    Tensor read() {
        if (deviceTensor == null) {
            try (PointerScope scope = new PointerScope()) {
                deviceTensor = LibTorch.keep(torch.zeros(
                        new long[] {length}, new TensorOptions().device(new DeviceOptional(placement.device()))));
            }
        }
        if (deviceIsOld) {
            try (PointerScope scope = new PointerScope()) {
                arrangement.toDevice(hostTensor.to(placement.device(), ScalarType.Float), deviceTensor);
            }
            deviceIsOld = false;
        }
        return deviceTensor;
    }

    /** [length] on the device, to be written. */
    Tensor write() {
        read();
        hostIsOld = true;
        return deviceTensor;
    }

    @Override
    public void close() {
        if (deviceTensor != null) {
            deviceTensor.close();
        }
        if (host != null) {
            hostTensor.close();
            host.close();
        }
    }
}
