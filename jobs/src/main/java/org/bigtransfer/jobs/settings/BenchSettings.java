package org.bigtransfer.jobs.settings;

import java.util.Locale;
import org.bigtransfer.architecture.Architecture;

/** What to measure; see {@code reference.conf} for each. @param images folder or tar; empty if not given */
public record BenchSettings(
        String images,
        String architecture,
        int crop,
        int batch,
        int count,
        int pairs,
        Peer peer,
        String python,
        AveragingSettings averaging,
        InputSettings input) {
    /** How PyTorch trains beside us; its script says more of each. */
    public enum Peer {
        PYTORCH,
        TIMM_AMP,
        TIMM_AMP_CHANNELS_LAST,
        TIMM_AMP_COMPILE,
        TIMM_AMP_CHANNELS_LAST_COMPILE;

        /** As settings and the script spell it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public BenchSettings {
        new Rules()
                .accepts("bench.architecture", () -> Architecture.of(architecture))
                .atLeast(1, "bench.crop", crop)
                .atLeast(1, "bench.batch", batch)
                .must(count >= batch, "bench.count", "be at least bench.batch, " + batch, count)
                .atLeast(1, "bench.pairs", pairs)
                .must(!python.isEmpty(), "bench.python", "name a Python interpreter", python)
                .check();
    }
}
