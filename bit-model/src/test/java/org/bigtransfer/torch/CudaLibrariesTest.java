package org.bigtransfer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages are those of glibc 2.36, of natives in JavaCPP's cache on a machine without a GPU. */
class CudaLibrariesTest {
    private static final String NO_CUPTI =
            "/root/.javacpp/cache/pytorch-2.10.0-1.5.13-linux-x86_64-gpu.jar/org/bytedeco/pytorch/"
                    + "linux-x86_64-gpu/libjnitorch.so: libcupti.so.13: cannot open shared object file: No such file or directory";

    private static String absent(String library) {
        return library + ": cannot open shared object file: No such file or directory";
    }

    @Test
    void namesEveryMissingLibraryAndWhoBringsIt() {
        String text = CudaLibraries.explain(
                NO_CUPTI,
                library -> library.startsWith("libcu") && !library.equals("libcudart.so.13")
                        ? Optional.of(absent(library))
                        : Optional.empty());

        assertThat(text)
                .startsWith("libcublas.so.13 (nvidia-cublas), libcublasLt.so.13 (nvidia-cublas), libcudnn.so.9"
                        + " (nvidia-cudnn-cu13), libcufft.so.12 (nvidia-cufft), libcufile.so.0 (nvidia-cufile),"
                        + " libcupti.so.13 (nvidia-cuda-cupti), libcurand.so.10 (nvidia-curand), libcusparse.so.12"
                        + " (nvidia-cusparse), found neither in LD_LIBRARY_PATH nor where the system looks")
                .endsWith(": " + NO_CUPTI);
    }

    @Test
    void namesWhatALibraryThatIsThereNeedsItself() {
        String text = CudaLibraries.explain(
                absent("libcurand.so.10"),
                library -> library.equals("libcusparse.so.12")
                        ? Optional.of("/opt/cuda/libcusparse.so.12: " + absent("libnvJitLink.so.13"))
                        : library.equals("libnccl.so.2") ? Optional.of(absent("libibverbs.so.1")) : Optional.empty());

        assertThat(text)
                .startsWith("libcurand.so.10 (nvidia-curand), libibverbs.so.1, libnvJitLink.so.13 (nvidia-nvjitlink),"
                        + " found neither");
    }

    @Test
    void leavesOtherFailuresAsTheyAre() {
        String old = "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by libtorch_cpu.so)";

        assertThat(CudaLibraries.explain(old, library -> Optional.empty())).isEqualTo(old);
    }
}
