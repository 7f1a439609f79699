package org.bigtransfer.torch;

import org.bigtransfer.replica.AssignedGpu;
import org.bigtransfer.replica.Precision;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where and how a network is computed.
 *
 * @param layout of activations [N, C, H, W]: channels last, in which a CPU's convolutions are fastest, or contiguous, into
 *     which LibTorch's GroupNorm brings them on a GPU
 */
record Placement(Device device, MemoryFormat layout, Precision precision) {
    /** On the CPU. */
    static Placement onCpu(Precision precision) {
        return new Placement(new Device("cpu"), MemoryFormat.ChannelsLast, precision);
    }

    /**
     * On a GPU, the first where none is assigned.
     *
     * @throws IllegalArgumentException when LibTorch sees no such GPU
     */
    static Placement onGpu(AssignedGpu gpu, Precision precision) {
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
        return new Placement(new Device(DeviceType.CUDA, (byte) 0), MemoryFormat.Contiguous, precision);
    }

    boolean isOnGpu() {
        return device.is_cuda();
    }

    /** What activations are, and the kernels that convolutions take. */
    ScalarType compute() {
        return precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float;
    }

    /** Tells LibTorch how a GPU multiplies floats, which counts for the process. */
    void apply() {
        torch.globalContext().setAllowTF32CuDNN(precision == Precision.TF32);
        torch.globalContext().setAllowTF32CuBLAS(precision == Precision.TF32);
    }
}
