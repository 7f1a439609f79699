package org.bigtransfer.order;

/** Derives independent seeds from a run's seed and what they are for. */
public final class Seeds {
    private Seeds() {}

    /** Mixes numbers into one seed; different lists give unrelated seeds. Source: SplitMix64's finalizer (Steele et al. 2014). */
    public static long mix(long... parts) {
        long hash = 0x9E3779B97F4A7C15L;
        for (long part : parts) {
            hash = finalise(hash + 0x9E3779B97F4A7C15L + finalise(part));
        }
        return hash;
    }

    private static long finalise(long bits) {
        long z = bits;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
