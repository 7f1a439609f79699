package org.bigtransfer.jobs.settings;

import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.preprocess.Augmentation.Cropping;
import org.bigtransfer.preprocess.JpegEncoder;

/** How a dataset is to hold images; see {@code reference.conf} for each. */
public record StoreSettings(Kind kind, int jpegQuality, int jpegLongest) {
    /** What is made of them. */
    public enum Kind {
        /** Nothing. */
        ENCODED,
        /** Squares of bytes, resized as training and evaluation do. */
        PRECROP,
        /** Smaller JPEGs, with a loss. */
        JPEG
    }

    public StoreSettings {
        int quality = jpegQuality;
        int longest = jpegLongest;
        new Rules()
                .accepts("shard.jpeg-quality, shard.jpeg-longest", () -> new JpegEncoder(quality, longest))
                .check();
    }

    /** Checks that images can be resized for runs of a profile before they are sharded. */
    static void check(Kind kind, String profile, Cropping cropping, Rules rules) {
        if (kind == Kind.PRECROP) {
            rules.accepts("shard.store", () -> {
                if (!Profile.of(profile).resizesToBytes()) {
                    throw new IllegalArgumentException(
                            "precrop must go with a profile that rounds resized images to bytes, pytorch: " + profile);
                }
            });
            rules.must(
                    cropping != Cropping.INCEPTION,
                    "shard.store",
                    "be encoded or jpeg with preprocess.cropping = inception, which resizes parts of images",
                    "precrop");
        }
    }
}
