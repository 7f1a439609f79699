package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.input.ImageSource;
import org.junit.jupiter.api.Test;

/** A storage that fails while images are read from it. */
class FailingStorageIT extends Sharding {
    /** Images that the storage cannot read just now must not be left out of the dataset. */
    @Test
    void anOutageOfTheStorageEndsTheJobAndRejectsNothing() throws IOException {
        SpoiltFileSystem.use();
        Path images = images("images", 3);
        Files.write(images.resolve("ant/unreadable.png"), TinyDataset.png(3));
        Path zip = temp.resolve("outage.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(Files.newOutputStream(zip))) {
            for (int i = 0; i < 100; i++) {
                out.putArchiveEntry(new ZipArchiveEntry("ant/%d.png".formatted(i)));
                out.write(TinyDataset.png(i));
                out.closeArchiveEntry();
            }
        }
        for (Path input : new Path[] {images, zip}) {
            ImageSource source = ImageSource.at(SpoiltFileSystem.SCHEME + ":" + input);
            assertThatThrownBy(() -> shard(plan(source, ImageSource.NONE, 0, "out")))
                    .hasStackTraceContaining("%s must be readable: Input/output error"
                            .formatted(input.equals(zip) ? "outage.zip" : "ant/unreadable.png"));
            assertThat(temp.resolve("out/dataset.json")).doesNotExist();
        }
    }
}
