package org.bigtransfer.torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * Where and how a network is computed.
 *
 * @param layout of activations [N, C, H, W]: channels last, in which a CPU's convolutions are fastest, or contiguous, into
 *     which LibTorch's GroupNorm brings them on a GPU
 * @param mirrored whether parameters, gradient and velocity have a memory on the device besides the host's
 */
record Placement(Device device, MemoryFormat layout, boolean mirrored) {
    /** On the CPU. */
    static Placement onCpu() {
        return new Placement(new Device("cpu"), MemoryFormat.ChannelsLast, false);
    }
}
