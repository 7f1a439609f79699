package org.bigtransfer.loops;

/**
 * What a group normalization does.
 *
 * @param groups of neighbouring channels, each normalized over its channels and all pixels
 * @param epsilon added to the variance
 * @param relu whether max(0, ·) follows
 */
public record Grouping(int groups, double epsilon, boolean relu) {
    public Grouping {
        if (groups < 1) {
            throw new IllegalArgumentException("groups must be at least 1: " + groups);
        }
    }
}
