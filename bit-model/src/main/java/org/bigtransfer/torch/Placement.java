package org.bigtransfer.torch;

import java.util.regex.Pattern;
import org.bigtransfer.replica.AssignedGpu;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * Where and how a network is computed.
 *
 * @param layout of activations [N, C, H, W]: channels last, in which a CPU's convolutions are fastest, or contiguous, into
 *     which LibTorch's GroupNorm brings them on a GPU
 * @param mirrored whether parameters, gradient and velocity have a memory on the device besides the host's
 */
record Placement(Device device, MemoryFormat layout, boolean mirrored) {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,2}");

    /** On the CPU. */
    static Placement onCpu() {
        return new Placement(new Device("cpu"), MemoryFormat.ChannelsLast, false);
    }

    /**
     * On a GPU, the first where none is assigned.
     *
     * @throws IllegalArgumentException when it is not named by number or LibTorch sees no such GPU
     */
    static Placement onGpu(AssignedGpu gpu) {
        String address = gpu.isGiven() ? gpu.address() : "0";
        if (!NUMBER.matcher(address).matches()) {
            throw new IllegalArgumentException(
                    "engine torch must be given GPUs by number, as nvidia-smi --query-gpu=index counts them: "
                            + address);
        }
        if (!torch.cuda_is_available()) {
            throw new IllegalArgumentException(
                    "engine torch, built for GPUs, must find one that its CUDA 13 can use, with"
                            + " a driver from 580 on: LibTorch sees none");
        }
        return new Placement(new Device(DeviceType.CUDA, Byte.parseByte(address)), MemoryFormat.Contiguous, true);
    }
}
