package org.bigtransfer.spark.shard;

import java.io.Serializable;
import org.bigtransfer.preprocess.ImageCheck;
import org.bigtransfer.preprocess.ImageDecoder;
import org.bigtransfer.preprocess.ImageSize;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.spark.input.InputFile;
import org.bigtransfer.spark.storage.Digests;

/**
 * An input file that was decoded, or could not be.
 *
 * @param folder relative to the input
 * @param isFolder whether it is no file at all
 * @param reason why it is rejected; empty when it is not
 * @param width in pixels
 * @param height likewise
 * @param sha256 hex, of the bytes
 * @param bytes the image; empty when rejected
 * @param losesMore whether files that nobody can count are lost with it
 */
record CheckedFile(
        String folder,
        boolean isFolder,
        String reason,
        int width,
        int height,
        String sha256,
        byte[] bytes,
        boolean losesMore)
        implements Serializable {
    private static final byte[] NOTHING = {};

    /** @param check used for one file after the other */
    static CheckedFile of(InputFile file, Limits limits, ImageCheck check) {
        if (file.name().isEmpty()) {
            return new CheckedFile(file.folder(), true, "", 0, 0, "", NOTHING, false);
        }
        if (!file.reason().isEmpty()) {
            return rejected(file, file.reason());
        }
        if (file.folder().isEmpty()) {
            return rejected(file, "it must lie in a class folder");
        }
        if (file.bytes().length > limits.fileBytes()) {
            return rejected(file, "it must have at most %d bytes".formatted(limits.fileBytes()));
        }
        try {
            ImageSize size = ImageDecoder.size(file.bytes());
            if ((long) size.width() * size.height() > limits.pixels()) {
                return rejected(
                        file,
                        "an image must have at most %d pixels: %d×%d"
                                .formatted(limits.pixels(), size.width(), size.height()));
            }
            ImageSize decoded = check.check(file.bytes());
            String sha256 = Digests.hex(file.bytes());
            return new CheckedFile(
                    file.folder(), false, "", decoded.width(), decoded.height(), sha256, file.bytes(), false);
        } catch (RejectedImageException e) {
            return rejected(file, e.getMessage());
        }
    }

    private static CheckedFile rejected(InputFile file, String reason) {
        return new CheckedFile(file.folder(), false, reason, 0, 0, "", NOTHING, file.losesMore());
    }

    /** This file, not to be used. */
    CheckedFile rejected(String why) {
        return new CheckedFile(folder, false, why, 0, 0, "", NOTHING, losesMore);
    }

    boolean accepted() {
        return !isFolder && reason.isEmpty();
    }

    boolean rejected() {
        return !reason.isEmpty();
    }

    /** Its class, were it an image. */
    String className() {
        return folder.substring(folder.lastIndexOf('/') + 1);
    }

    /** All of it but the image's bytes. */
    CheckedFile withoutBytes() {
        return new CheckedFile(folder, isFolder, reason, width, height, sha256, NOTHING, losesMore);
    }
}
