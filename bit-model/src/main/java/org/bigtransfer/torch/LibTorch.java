package org.bigtransfer.torch;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** LibTorch's natives, and the ownership of its tensors. */
final class LibTorch {
    private LibTorch() {}

    /**
     * Loads the natives, once in a JVM.
     *
     * @throws IllegalArgumentException when the machine lacks a library that they need, naming it
     */
    static void load() {
        try {
            Loader.load(torch.class);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new IllegalArgumentException(
                    "engine torch must find the libraries that LibTorch needs (on a GPU those of CUDA 13 and cuDNN 9, in"
                            + " LD_LIBRARY_PATH): " + innermost(e).getMessage(),
                    e);
        }
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
}
