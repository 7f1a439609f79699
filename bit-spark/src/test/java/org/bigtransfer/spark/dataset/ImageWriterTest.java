package org.bigtransfer.spark.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.bigtransfer.preprocess.Bytes;
import org.junit.jupiter.api.Test;

class ImageWriterTest {
    private static final int IMAGE_BYTES = 100_000;
    private static final int ROW_GROUPS = 20;

    /** A file's footer is read before anything else of it. The images begin as JPEGs do. */
    @Test
    void theFooterHoldsNoImages() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageWriter writer = new ImageWriter(file, IMAGE_BYTES, "0".repeat(64), "");
        for (int row = 0; row < ROW_GROUPS; row++) {
            byte[] image = new byte[IMAGE_BYTES];
            image[0] = (byte) 0xFF;
            image[1] = (byte) row;
            writer.write(new ImageRow("ant/%d.png".formatted(row), 0, 1, 1, new Bytes(image)), "ant", "0".repeat(64));
        }
        writer.close();

        DatasetDescription.DataFile described = writer.file("part.parquet");
        assertThat(described.rowGroups()).hasSize(ROW_GROUPS);
        assertThat(described.bytes() - described.tail().begin()).isLessThan(IMAGE_BYTES);
        assertThat(file.size()).isEqualTo(described.bytes());
    }
}
