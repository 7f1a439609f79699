package org.bigtransfer.spark.dataset;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.Locale;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.preprocess.Preprocessing;

/** How a dataset holds its images; a part of its content. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Store.Encoded.class, name = "encoded"),
    @JsonSubTypes.Type(value = Store.Precrop.class, name = "precrop"),
    @JsonSubTypes.Type(value = Store.Jpeg.class, name = "jpeg")
})
public sealed interface Store extends Serializable {
    /** The files as they came. */
    Store ENCODED = new Encoded();

    /** Pixels a side of the squares of bytes that a split holds; 0 where it holds image files. */
    int side(String split);

    /** Whether what the network sees may differ from what it would see of the files as they came. */
    @JsonIgnore
    boolean isLossy();

    /** @throws IllegalArgumentException unless the training split holds what training with this preprocessing takes */
    default void requireTraining(Preprocessing preprocessing) {}

    /** @throws IllegalArgumentException unless a split holds what evaluation with this preprocessing takes */
    default void requireEvaluation(String split, Preprocessing preprocessing) {}

    /** Image files as they came. */
    record Encoded() implements Store {
        @Override
        public int side(String split) {
            return 0;
        }

        @Override
        public boolean isLossy() {
            return false;
        }

        @Override
        public String toString() {
            return "encoded";
        }
    }

    /**
     * Images that were resized as a profile does: those to train on to the size that training crops, the others to the
     * size of evaluation. They are [side, side, 3] unsigned bytes.
     *
     * @param profile as settings spell it
     * @param train side of the training split's squares, pixels
     * @param validation of the validation split's
     */
    record Precrop(String profile, int train, int validation) implements Store {
        public Precrop {
            if (!Profile.of(profile).resizesToBytes()) {
                throw new IllegalArgumentException(
                        "profile of resized images must be one that resizes to bytes: " + profile);
            }
            if (train < 1 || validation < 1) {
                throw new IllegalArgumentException(
                        "sides of resized images must be at least 1: %d, %d".formatted(train, validation));
            }
        }

        /** What a run with this preprocessing takes. @throws IllegalArgumentException when that is not always the same */
        public static Precrop of(Preprocessing preprocessing) {
            int train = preprocessing.trainingSize();
            if (train == 0) {
                throw new IllegalArgumentException(
                        "cropping must be random or none for images to be resized before it: %s"
                                .formatted(cropping(preprocessing)));
            }
            return new Precrop(
                    preprocessing.profile().setting(),
                    train,
                    preprocessing.resolution().evaluation());
        }

        @Override
        public int side(String split) {
            return split.equals(DatasetDescription.TRAIN) ? train : validation;
        }

        @Override
        public boolean isLossy() {
            return false;
        }

        @Override
        public void requireTraining(Preprocessing preprocessing) {
            require(DatasetDescription.TRAIN, "training", preprocessing, preprocessing.trainingSize());
        }

        @Override
        public void requireEvaluation(String split, Preprocessing preprocessing) {
            require(
                    split,
                    "evaluation",
                    preprocessing,
                    preprocessing.resolution().evaluation());
        }

        private void require(String split, String use, Preprocessing preprocessing, int size) {
            String wanted = preprocessing.profile().setting();
            if (size != side(split) || !wanted.equals(profile)) {
                String of = size == 0 ? "a part of the original (cropping " + cropping(preprocessing) + ")" : size + "";
                throw new IllegalArgumentException(
                        "%s must take split %s as the dataset holds it, resized to %d pixels by profile %s (store precrop): it takes %s pixels by profile %s"
                                .formatted(use, split, side(split), profile, of, wanted));
            }
        }

        private static String cropping(Preprocessing preprocessing) {
            return preprocessing.augmentation().cropping().name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String toString() {
            return "precrop, train at %d and validation at %d pixels by profile %s"
                    .formatted(train, validation, profile);
        }
    }

    /** JPEGs encoded anew, with a loss; see {@link org.bigtransfer.preprocess.JpegEncoder} for the parameters. */
    record Jpeg(int quality, int longest) implements Store {
        @Override
        public int side(String split) {
            return 0;
        }

        @Override
        public boolean isLossy() {
            return true;
        }

        @Override
        public String toString() {
            return "jpeg, encoded anew at quality %d, at most %d pixels a side".formatted(quality, longest);
        }
    }
}
