package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.input.BadImages;
import org.bigtransfer.spark.input.ImageSource;

/**
 * Images good and bad, and what must become of them: each is in the dataset or in the rejects, exactly once, and what is
 * undamaged is in the dataset.
 */
abstract class BadInput extends Sharding {
    static final byte[] ONE = TinyDataset.png(1);
    static final byte[] OTHER = TinyDataset.png(2);
    static final String DUPLICATE = " is left out: another image of its class has its name";

    /** Why files of {@link BadImages} are rejected: the beginning of it. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("bomb.jpg", "an image must have at most 178956970 pixels: 65500×65500"),
            Map.entry("bomb.png", "an image must have at most 178956970 pixels: 50000×50000"),
            Map.entry("bomb.gif", "an image must have at most 178956970 pixels: 65535×65535"),
            Map.entry("bomb.bmp", "an image must have at most 178956970 pixels: 100000×100000"),
            Map.entry("zero-byte.jpg", "empty file"),
            Map.entry("truncated.jpg", "truncated JPEG"),
            Map.entry("truncated-header.jpg", "truncated file: 100 bytes"),
            Map.entry("truncated.png", "truncated file: "),
            Map.entry("wrong-checksum.png", "damaged PNG: wrong checksum of chunk IDAT"),
            Map.entry("text.jpg", "not a JPEG, PNG, GIF or BMP file"),
            Map.entry("html.jpg", "not a JPEG, PNG, GIF or BMP file"),
            Map.entry("image.webp", "not a JPEG, PNG, GIF or BMP file"),
            Map.entry("image.tif", "not a JPEG, PNG, GIF or BMP file"));

    /** By path. */
    final Map<String, byte[]> files = new TreeMap<>();

    /** Beginnings of reasons, by image. */
    final Map<String, String> rejected = new TreeMap<>();

    /** Ids of images. */
    final Set<String> accepted = new TreeSet<>();

    BadInput() {
        BadImages.accepted().forEach((name, bytes) -> {
            files.put("ant/" + name, bytes);
            accepted.add("ant/" + name);
        });
        BadImages.rejected().forEach((name, bytes) -> {
            files.put("ant/" + name, bytes);
            rejected.put("ant/" + name, REASONS.get(name));
        });
        files.put("stray.png", ONE);
        rejected.put("stray.png", "it must lie in a class folder");
    }

    /** @param alike files that are rejected as another one of the same name was */
    void assertSortedOutWithReasons(String location, int alike) throws IOException {
        Sharded sharded = shard(plan(ImageSource.at(location), ImageSource.NONE, 0, "out"));
        Map<String, Row> rows = new HashMap<>();
        spark.read()
                .parquet(sharded.folder().resolve("split=train").toString())
                .collectAsList()
                .forEach(row -> assertThat(rows.put(row.getString(0), row)).isNull());
        assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(accepted);
        BadImages.accepted().forEach((name, bytes) -> {
            assertThat(rows.get("ant/" + name).<byte[]>getAs("image")).isEqualTo(bytes);
            assertThat(rows.get("ant/" + name).<Integer>getAs("width")).as(name).isEqualTo(20);
            assertThat(rows.get("ant/" + name).<Integer>getAs("height"))
                    .as(name)
                    .isEqualTo(10);
        });
        String archive =
                Path.of(location.replaceFirst("^[a-z]+:", "")).getFileName().toString();
        Map<String, String> rejects = rejects(sharded);
        assertThat(rejects.keySet().stream()
                        .map(name -> name.substring("train ".length()).replace(archive + "@", "@")))
                .containsExactlyInAnyOrderElementsOf(rejected.keySet());
        rejects.forEach((name, reason) -> assertThat(reason)
                .as(name)
                .startsWith(rejected.get(name.substring("train ".length()).replace(archive + "@", "@"))));
        // Another run, other tasks, the same bytes; and not one file too many.
        assertThat(sharded.description().rejected()).containsExactly(Map.entry("train", (long) rejects.size() + alike));

        Limits few = new Limits(
                Limits.NONE.fileBytes(), Limits.NONE.pixels(), Limits.NONE.members(), 0.1, Limits.Damage.ACCEPT);
        assertThatThrownBy(() -> shard(within(few, plan(ImageSource.at(location), ImageSource.NONE, 0, "few"))))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("%s must have at most 0.1 of its files rejected (shard.max-rejects): %d of %d ["
                        .formatted(location, rejects.size() + alike, rejects.size() + alike + accepted.size()));
        assertThat(temp.resolve("few")).doesNotExist();
    }
}
