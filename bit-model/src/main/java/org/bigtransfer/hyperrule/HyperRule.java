package org.bigtransfer.hyperrule;

import java.util.List;

/**
 * The BiT-HyperRule: what to fine-tune with, from the size of the training set and of its images alone.
 *
 * <p>Source: arXiv:1912.11370; big_transfer's {@code bit_hyperrule.py}, whose numbers these are where the paper's differ.
 */
public final class HyperRule {
    /** Learning rate after warm-up; it is meant for a batch of 512 and not scaled for others. */
    public static final double BASE_LR = 0.003;

    private static final int SMALL_EXAMPLES = 20_000;
    private static final int MEDIUM_EXAMPLES = 500_000;
    private static final int SMALL_AREA = 96 * 96;
    private static final double MIXUP_ALPHA = 0.1;

    private HyperRule() {}

    /** Pre-crop and crop for images of that many pixels. @param area width × height */
    public static Resolution resolution(long area) {
        return area < SMALL_AREA ? new Resolution(160, 128) : new Resolution(512, 480);
    }

    /** The schedule for a training set of that many examples, counted after any few-shot selection. */
    public static Schedule schedule(long examples) {
        if (examples < SMALL_EXAMPLES) {
            return new Schedule(List.of(100, 200, 300, 400, 500));
        }
        if (examples < MEDIUM_EXAMPLES) {
            return new Schedule(List.of(500, 3000, 6000, 9000, 10_000));
        }
        return new Schedule(List.of(500, 6000, 12_000, 18_000, 20_000));
    }

    /** The α of mixup's Beta(α, α) for that many examples; 0 is no mixup. */
    public static double mixup(long examples) {
        return examples < SMALL_EXAMPLES ? 0 : MIXUP_ALPHA;
    }
}
