package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bigtransfer.spark.input.BadImages;
import org.junit.jupiter.api.Test;

/** Bad files in folders, links among them. */
class BadFilesIT extends BadInput {
    @Test
    void areSortedOutWithReasons() throws IOException {
        SpoiltFileSystem.use();
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = temp.resolve("bad").resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        Path bad = temp.resolve("bad");
        Files.createDirectories(bad.resolve("more/ant"));
        Files.write(bad.resolve("more/ant/plain.jpg"), ONE);
        rejected.put("ant/plain.jpg", "more/ant/plain.jpg" + DUPLICATE);
        Files.createDirectories(bad.resolve("bee"));
        for (String name : new String[] {"forbidden.png", "vanished.png", "flaky.png"}) {
            Files.write(bad.resolve("bee/" + name), ONE);
        }
        accepted.add("bee/flaky.png");
        rejected.put("bee/forbidden.png", "it must be readable: Permission denied");
        rejected.put("bee/vanished.png", "it must be readable: gone");
        Files.createDirectories(bad.resolve("locked"));
        Files.write(bad.resolve("locked/1.png"), ONE);
        rejected.put("locked", "it must be a folder that can be listed");
        pipe(bad.resolve("bee/pipe.png"));
        rejected.put("bee/pipe.png", "empty file");
        assertSortedOutWithReasons(SpoiltFileSystem.SCHEME + ":" + bad, 0);
    }

    @Test
    void limitsAreSettings() throws IOException {
        Path images = images("images", 3);
        Files.write(images.resolve("ant/large.png"), BadImages.accepted().get("large-profile.jpg"));
        Limits small = new Limits(1_000_000, 150, Limits.NONE.members(), 1, Limits.Damage.REFUSE);
        Files.write(images.resolve("ant/wide.png"), BadImages.accepted().get("png-named.JPEG"));
        Map<String, String> rejects = rejects(shard(within(small, plan(images, "", 0, "out"))));
        assertThat(rejects).hasSize(2);
        assertThat(rejects.get("train ant/large.png")).isEqualTo("it must have at most 1000000 bytes");
        assertThat(rejects.get("train ant/wide.png")).isEqualTo("an image must have at most 150 pixels: 20×10");
    }

    @Test
    void linksAreFollowedOnceAndThoseThatLeadNowhereOrBackAreRejected() throws IOException {
        Path images = images("images", 3);
        Files.createSymbolicLink(images.resolve("ant/linked.png"), Path.of("../bee/0.png"));
        Files.createSymbolicLink(images.resolve("cat"), images.resolve("ant"));
        Files.createSymbolicLink(images.resolve("bee/nothing.png"), Path.of("gone.png"));
        Files.createSymbolicLink(images.resolve("bee/itself.png"), Path.of("itself.png"));
        Files.createSymbolicLink(images.resolve("bee/.hidden"), Path.of("gone.png"));
        Files.createSymbolicLink(images.resolve("bee/here"), Path.of("."));
        Files.createSymbolicLink(images.resolve("bee/above"), temp);
        Files.createDirectories(images.resolve("dog/to"));
        Files.createDirectories(images.resolve("eel/to"));
        Files.createSymbolicLink(images.resolve("dog/to/eel"), images.resolve("eel"));
        Files.createSymbolicLink(images.resolve("eel/to/dog"), images.resolve("dog"));
        Files.write(images.resolve("dog/1.png"), ONE);
        Sharded sharded = shard(plan(images, "", 0, "out"));
        assertThat(sharded.description().classes()).containsExactly("ant", "bee", "cat", "dog", "to");
        assertThat(sharded.description().split("train").classExamples()).containsExactly(4L, 3L, 4L, 1L, 0L);
        String back = "it must not be a link to a folder that it lies in";
        String nothing = "it must not be a link to nothing";
        assertThat(rejects(sharded))
                .containsEntry("train bee/nothing.png", nothing)
                .containsEntry("train bee/itself.png", nothing)
                .containsEntry("train bee/here", back)
                .containsEntry("train bee/above", back)
                .containsEntry("train to/eel", back)
                .containsEntry("train to/dog", back)
                .containsEntry(
                        "train dog/1.png", "eel/to/dog/1.png is left out: another image of its class has its name")
                .hasSize(7);
    }
}
