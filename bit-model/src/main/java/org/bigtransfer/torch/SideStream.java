package org.bigtransfer.torch;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceGuardImplInterface;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.EventFlag;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A stream of a GPU that takes tensors in while the GPU computes on another. */
final class SideStream implements AutoCloseable {
    private final Device device;
    private final DeviceGuardImplInterface streams;
    private final Stream side;

    SideStream(Device device) {
        this.device = device;
        try (PointerScope scope = new PointerScope()) {
            this.streams = torch.getDeviceGuardImpl(device.type()).retainReference();
            this.side = streams.getStreamFromGlobalPool(device).retainReference();
        }
    }

    /**
     * Begins to copy, and has what the caller computes from now on wait for it, but nothing that is on its way.
     *
     * @param pinned floats in page-locked memory, which is kept until they are copied
     * @return of the same shape on the device, in the caller's pointer scope
     */
    Tensor copy(Tensor pinned) {
        Stream computing = streams.exchangeStream(side);
        Tensor copy;
        try {
            copy = pinned.to(device, ScalarType.Float, true, false, new MemoryFormatOptional());
        } finally {
            streams.exchangeStream(computing);
        }
        await(computing);
        // Else its memory, the side stream's, would be given away while what is computed still reads it.
        copy.record_stream(computing);
        return copy;
    }

    private void await(Stream computing) {
        try (PointerPointer<Pointer> event = new PointerPointer<>(1)) {
            event.put(0, (Pointer) null);
            streams.record(event, side, side.device_index(), EventFlag.PYTORCH_DEFAULT);
            streams.block(event.get(0), computing);
            streams.destroyEvent(event.get(0), side.device_index());
        }
    }

    @Override
    public void close() {
        side.close();
        streams.close();
    }
}
