package org.bigtransfer.hyperrule;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bigtransfer.replica.Epsilon;
import org.bigtransfer.replica.MomentumForm;

/**
 * Whose BiT is followed where the published sources differ. Everything that differs asks its profile.
 *
 * <table>
 * <caption>What each does; B is the global batch</caption>
 * <tr><th></th><th>paper</th><th>pytorch</th><th>tf2</th><th>keras</th></tr>
 * <tr><td>pre-crop/crop, from 96² pixels on</td><td>448/384, R152x4 512/480</td><td>512/480</td><td>512/480</td>
 *     <td>384/224</td></tr>
 * <tr><td>pre-crop/crop of smaller images</td><td>160/128</td><td>160/128</td><td>160/128</td><td>160/128</td></tr>
 * <tr><td>evaluation size</td><td>crop</td><td>crop</td><td>crop</td><td>pre-crop</td></tr>
 * <tr><td>resize</td><td>as tf2</td><td>Pillow's: antialiased, rounded to uint8</td>
 *     <td>float, half-pixel centres, no antialias</td><td>as tf2</td></tr>
 * <tr><td>order of training</td><td>resize, crop, flip</td><td>resize, crop, flip</td><td>resize, crop, flip</td>
 *     <td>flip, resize, crop</td></tr>
 * <tr><td>decays of 500 steps</td><td>150, 300, 450</td><td>200, 300, 400</td><td>200, 300, 400</td>
 *     <td>200, 300, 400</td></tr>
 * <tr><td>warm-up of 500/longer schedules</td><td>none</td><td>100/500</td><td>100/500</td><td>none</td></tr>
 * <tr><td>learning rate</td><td>0.003</td><td>0.003</td><td>0.003</td><td>0.003 · B/512</td></tr>
 * <tr><td>end of the schedule</td><td>unscaled</td><td>unscaled</td><td>unscaled</td>
 *     <td>· 512/B, in tens; decays unscaled</td></tr>
 * <tr><td>mixup's α from 20,000 examples on</td><td>0.1</td><td>0.1</td><td>0.1</td><td>none</td></tr>
 * <tr><td>mixup's partners</td><td>as tf2</td><td>a permutation of the micro-batch</td><td>i and B−1−i</td>
 *     <td>as tf2</td></tr>
 * <tr><td>end of an epoch</td><td>as tf2</td><td>a short step</td><td>the next epoch follows within a step</td>
 *     <td>as tf2</td></tr>
 * <tr><td>batch larger than the data</td><td>as tf2</td><td>with replacement</td><td>the data again and again</td>
 *     <td>as tf2</td></tr>
 * <tr><td>momentum</td><td>lr outside</td><td>lr outside</td><td>lr inside</td><td>lr inside</td></tr>
 * <tr><td>epsilons of GroupNorm/standardization</td><td>1e-5/1e-10</td><td>1e-5/1e-10</td><td>1e-5/1e-10</td>
 *     <td>1e-5/1e-10</td></tr>
 * </table>
 *
 * <p>A flip comes with probability one half in all of them, and a rate falls in the step after its boundary. Where the
 * paper says nothing (resize, evaluation size, mixup's partners, epochs, form of momentum, epsilons), profile
 * {@code paper} does as the authors' JAX code. All of them decode as Pillow does and take values from −1 to 1: a TF-Hub
 * module, which takes 0 to 1, maps them to that itself.
 *
 * <p>Differs from big_transfer's TF2 and JAX code: that flips every training image (its issue 62) and shuffles across
 * epochs, so that an epoch misses some examples and repeats others. Differs from its PyTorch code: that keeps epochs of
 * micro-batches, not of global batches.
 *
 * <p>Sources: arXiv:1912.11370, section 3.3; big_transfer's {@code bit_hyperrule.py}, {@code bit_pytorch/train.py},
 * {@code bit_tf2/train.py}, {@code bit_jax/train.py}, {@code input_pipeline_tf2_or_jax.py}, TF2 and JAX models; the
 * Keras example "Image Classification using BigTransfer (BiT)", whose 384/224 and lack of mixup are for its own data set
 * and extended to others here, with the schedules of big_transfer's TF2 notebook.
 */
public enum Profile {
    /** The paper's text. */
    PAPER(Resize.FLOAT, Flip.AFTER_CROP, Partners.REVERSED_BATCH, EpochEnd.CONTINUED, MomentumForm.RATE_OUTSIDE),
    /** big_transfer's PyTorch code. */
    PYTORCH(Resize.PILLOW, Flip.AFTER_CROP, Partners.OF_MICRO_BATCH, EpochEnd.SHORT_STEP, MomentumForm.RATE_OUTSIDE),
    /** big_transfer's TF2 code. */
    TF2(Resize.FLOAT, Flip.AFTER_CROP, Partners.REVERSED_BATCH, EpochEnd.CONTINUED, MomentumForm.RATE_INSIDE),
    /** The Keras example. */
    KERAS(Resize.FLOAT, Flip.BEFORE_RESIZE, Partners.REVERSED_BATCH, EpochEnd.CONTINUED, MomentumForm.RATE_INSIDE);

    /** How images are resized; to a square in either way, whatever their own shape. */
    public enum Resize {
        /** Pillow's bilinear: antialiased, rounded to uint8. */
        PILLOW,
        /** {@code tf.image.resize}'s bilinear: float32, half-pixel centres, no antialias. */
        FLOAT
    }

    /** When a training image is flipped, if it is. */
    public enum Flip {
        BEFORE_RESIZE,
        AFTER_CROP
    }

    /** Whom mixup mixes an image with. */
    public enum Partners {
        /** A random permutation of its micro-batch. */
        OF_MICRO_BATCH,
        /** Example i of the global batch with B − 1 − i. */
        REVERSED_BATCH
    }

    /** What becomes of the examples that are left when an epoch does not fill its last step. */
    public enum EpochEnd {
        /** They make a short step; a batch larger than the data is drawn with replacement. */
        SHORT_STEP,
        /** The next epoch's examples fill the step; a batch larger than the data has it several times. */
        CONTINUED
    }

    private final Resize resize;
    private final Flip flip;
    private final Partners partners;
    private final EpochEnd epochEnd;
    private final MomentumForm momentum;

    Profile(Resize resize, Flip flip, Partners partners, EpochEnd epochEnd, MomentumForm momentum) {
        this.resize = resize;
        this.flip = flip;
        this.partners = partners;
        this.epochEnd = epochEnd;
        this.momentum = momentum;
    }

    /** How images are resized. */
    public Resize resize() {
        return resize;
    }

    /** Whether a resized image is one of bytes, and may be kept as such without a loss. */
    public boolean resizesToBytes() {
        return resize == Resize.PILLOW;
    }

    /** When training images are flipped. */
    public Flip flip() {
        return flip;
    }

    /** Whom mixup mixes an image with. */
    public Partners partners() {
        return partners;
    }

    /** How an epoch ends. */
    public EpochEnd epochEnd() {
        return epochEnd;
    }

    /** Sizes of which the profile decides the one for evaluation. */
    public Resolution sizes(int precrop, int crop) {
        return new Resolution(precrop, crop, this == KERAS ? precrop : crop);
    }

    /** The form of momentum SGD. */
    public MomentumForm momentum() {
        return momentum;
    }

    /** The network's epsilons; no source differs from big_transfer's here. */
    public Epsilon epsilon() {
        return Epsilon.BIG_TRANSFER;
    }

    /** The profile as settings spell it, {@code pytorch}. @throws IllegalArgumentException listing the known ones */
    public static Profile of(String name) {
        return Arrays.stream(values())
                .filter(profile -> profile.setting().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("profile must be one of " + settings() + ": " + name));
    }

    private static List<String> settings() {
        return Arrays.stream(values()).map(Profile::setting).toList();
    }

    /** How settings spell it. */
    public String setting() {
        return name().toLowerCase(Locale.ROOT);
    }
}
