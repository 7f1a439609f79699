package org.bigtransfer.torch;

import java.util.regex.Pattern;
import org.bigtransfer.replica.AssignedGpu;
import org.bytedeco.pytorch.global.torch;

/**
 * The one GPU that CUDA shows this process, where one was assigned: by number or by the UUID of a GPU or of a MIG device,
 * which CUDA itself resolves.
 *
 * <p>CUDA reads {@code CUDA_VISIBLE_DEVICES} once. Source: CUDA C++ Programming Guide, Environment Variables.
 */
final class VisibleGpu {
    private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";
    private static final String ORDER = "CUDA_DEVICE_ORDER";
    private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");
    private static final Pattern UUID = Pattern.compile("(GPU|MIG)-[^,\\s]+");

    /** The first that was asked for. */
    private static AssignedGpu shown;

    private VisibleGpu() {}

    /**
     * Hides the other GPUs from this process; to be called before anything asks LibTorch for a GPU.
     *
     * @throws IllegalArgumentException when there is no such GPU, or the process has shown another one before
     */
    static synchronized void show(AssignedGpu gpu) {
        if (shown == null) {
            if (gpu.isGiven()) {
                String given = System.getenv().getOrDefault(VISIBLE, "");
                String entry = entry(gpu.address(), given);
                if (given.isEmpty()) {
                    torch.set_env(ORDER, "PCI_BUS_ID", true); // as nvidia-smi counts them
                }
                torch.set_env(VISIBLE, entry, true);
            }
            shown = gpu;
        } else if (gpu.isGiven() && !gpu.equals(shown)) {
            throw new IllegalArgumentException("engine torch must be given one GPU in a process, %s: %s"
                    .formatted(shown.isGiven() ? shown.address() : "the first", gpu.address()));
        }
    }

    /**
     * What to call a GPU so that CUDA shows it alone.
     *
     * @param address a number among those that the process may see, or a UUID
     * @param given what {@code CUDA_VISIBLE_DEVICES} was before, whose entries numbers count; empty if it was not set
     */
    static String entry(String address, String given) {
        if (UUID.matcher(address).matches()) {
            return address;
        }
        if (!NUMBER.matcher(address).matches()) {
            throw new IllegalArgumentException(
                    "engine torch must be given a GPU by number or by UUID (GPU-… or MIG-…, as nvidia-smi -L prints them): "
                            + address);
        }
        if (given.isEmpty()) {
            return address;
        }
        String[] entries = given.split(",");
        int number = Integer.parseInt(address);
        if (number >= entries.length) {
            throw new IllegalArgumentException("engine torch must be given one of the %d GPUs of %s=%s: %d"
                    .formatted(entries.length, VISIBLE, given, number));
        }
        return entries[number].strip();
    }
}
