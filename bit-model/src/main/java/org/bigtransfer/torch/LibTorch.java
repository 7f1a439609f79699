package org.bigtransfer.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** LibTorch's natives, and the ownership of its tensors. */
final class LibTorch {
    private LibTorch() {}

    /**
     * Loads the natives for CPUs, once in a JVM.
     *
     * @throws IllegalArgumentException when the machine lacks a library that they need, naming it
     */
    static void load() {
        try {
            Loader.load(torch.class);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw missing(innermost(e).getMessage(), e);
        }
    }

    /**
     * Loads the natives for GPUs, once in a JVM.
     *
     * <p>JavaCPP loads them without their CUDA part where a library of CUDA's is missing, and LibTorch then says that there is
     * no GPU: so that part is asked for by itself.
     *
     * @param cudaPart the resource of {@code libtorch_cuda.so}
     * @throws IllegalArgumentException when the machine lacks libraries that they need, naming them
     */
    static void loadForGpus(String cudaPart) {
        load();
        try {
            loading(Loader.cacheResource(torch.class, cudaPart).getPath()).ifPresent(message -> {
                throw missing(message, null);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loads a library by its path or name. @return why it cannot be, if so */
    static Optional<String> loading(String library) {
        try {
            Loader.loadGlobal(library);
            return Optional.empty();
        } catch (UnsatisfiedLinkError e) {
            return Optional.of(e.getMessage());
        }
    }

    private static IllegalArgumentException missing(String failure, Throwable cause) {
        return new IllegalArgumentException(
                "engine torch must find the libraries that LibTorch needs: "
                        + CudaLibraries.explain(failure, LibTorch::loading),
                cause);
    }

    /** The loader's own message, which names the library, is the cause of others. */
    private static Throwable innermost(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /**
     * A handle of a tensor that outlives the pointer scope in which it is made. Whoever asks for it closes it.
     *
     * @param tensor which may be a part of a tuple that its scope frees
     */
    static Tensor keep(Tensor tensor) {
        return new Tensor(tensor).retainReference();
    }

    /** [count] on the CPU, in the caller's pointer scope. */
    static Tensor copy(float[] values) {
        Tensor copy = torch.empty(new long[] {values.length}, new TensorOptions(), new MemoryFormatOptional());
        copy.data_ptr_float().put(values);
        return copy;
    }
}
