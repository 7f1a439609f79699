package org.bigtransfer.spark.shard;

import java.io.Serializable;
import org.bigtransfer.preprocess.ImageDecoder;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.preprocess.RgbImage;
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
 */
record CheckedFile(String folder, boolean isFolder, String reason, int width, int height, String sha256, byte[] bytes)
        implements Serializable {
    private static final byte[] NOTHING = {};

    static CheckedFile of(InputFile file) {
        if (file.name().isEmpty()) {
            return new CheckedFile(file.folder(), true, "", 0, 0, "", NOTHING);
        }
        if (!file.reason().isEmpty()) {
            return rejected(file, file.reason());
        }
        if (file.folder().isEmpty()) {
            return rejected(file, "it must lie in a class folder");
        }
        try {
            RgbImage image = ImageDecoder.decode(file.bytes());
            return new CheckedFile(
                    file.folder(), false, "", image.width(), image.height(), Digests.hex(file.bytes()), file.bytes());
        } catch (RejectedImageException e) {
            return rejected(file, e.getMessage());
        }
    }

    private static CheckedFile rejected(InputFile file, String reason) {
        return new CheckedFile(file.folder(), false, reason, 0, 0, "", NOTHING);
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
        return new CheckedFile(folder, isFolder, reason, width, height, sha256, NOTHING);
    }
}
