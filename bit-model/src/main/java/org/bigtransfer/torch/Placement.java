package org.bigtransfer.torch;

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
    /** On the CPU. */
    static Placement onCpu() {
        return new Placement(new Device("cpu"), MemoryFormat.ChannelsLast, false);
    }

    /**
     * On a GPU, the first where none is assigned.
     *
     * @throws IllegalArgumentException when LibTorch sees no such GPU
     */
    static Placement onGpu(AssignedGpu gpu) {
        VisibleGpu.show(gpu);
        if (!torch.cuda_is_available()) {
            throw new IllegalArgumentException(
                    ("engine torch, built for GPUs, must find one that its CUDA 13 can use, with NVIDIA's driver from 580 on"
                                    + " (to compute on the CPU, build with -Ptorch-cpu): %s")
                            .formatted(LibTorch.loading(CudaLibraries.DRIVER)
                                    .map("there is no driver, "::concat)
                                    .orElse(
                                            gpu.isGiven()
                                                    ? "LibTorch sees no GPU " + gpu.address()
                                                    : "LibTorch sees none")));
        }
        return new Placement(new Device(DeviceType.CUDA, (byte) 0), MemoryFormat.Contiguous, true);
    }
}
