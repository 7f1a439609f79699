package org.bigtransfer.torch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The libraries that LibTorch's natives for GPUs need from the machine. */
final class CudaLibraries {
    /** NVIDIA's driver. */
    static final String DRIVER = "libcuda.so.1";

    private static final Pattern NOT_FOUND = Pattern.compile("([^\\s/:]+\\.so[.\\d]*): cannot open shared object file");

    /** As the natives name them, with the Python package that brings each. */
    private static final Map<String, String> PACKAGES = new LinkedHashMap<>();

    static {
        PACKAGES.put("libcudart.so.13", "nvidia-cuda-runtime");
        PACKAGES.put("libcupti.so.13", "nvidia-cuda-cupti");
        PACKAGES.put("libcublasLt.so.13", "nvidia-cublas");
        PACKAGES.put("libcublas.so.13", "nvidia-cublas");
        PACKAGES.put("libcudnn.so.9", "nvidia-cudnn-cu13");
        PACKAGES.put("libcufft.so.12", "nvidia-cufft");
        PACKAGES.put("libcurand.so.10", "nvidia-curand");
        PACKAGES.put("libnvJitLink.so.13", "nvidia-nvjitlink");
        PACKAGES.put("libcusparse.so.12", "nvidia-cusparse");
        PACKAGES.put("libcufile.so.0", "nvidia-cufile");
        PACKAGES.put("libnccl.so.2", "nvidia-nccl-cu13");
    }

    private CudaLibraries() {}

    /**
     * Says which libraries are missing and who brings them.
     *
     * @param failure what the system's loader said of the natives
     * @param load tries to load a library by its name; the loader's message where it cannot
     */
    static String explain(String failure, Function<String, Optional<String>> load) {
        SortedMap<String, String> missing = new TreeMap<>();
        add(failure, missing);
        PACKAGES.keySet().forEach(library -> load.apply(library).ifPresent(message -> add(message, missing)));
        return missing.isEmpty()
                ? failure
                : "%s, found neither in LD_LIBRARY_PATH nor where the system looks (CUDA 13 and cuDNN 9 from NVIDIA, or the Python packages, as PyTorch brings them): %s"
                        .formatted(list(missing), failure);
    }

    private static void add(String message, Map<String, String> missing) {
        Matcher matcher = NOT_FOUND.matcher(message);
        while (matcher.find()) {
            missing.put(matcher.group(1), PACKAGES.getOrDefault(matcher.group(1), ""));
        }
    }

    private static String list(Map<String, String> missing) {
        StringBuilder text = new StringBuilder();
        missing.forEach((library, from) -> text.append(text.isEmpty() ? "" : ", ")
                .append(library)
                .append(from.isEmpty() ? "" : " (%s)".formatted(from)));
        return text.toString();
    }
}
