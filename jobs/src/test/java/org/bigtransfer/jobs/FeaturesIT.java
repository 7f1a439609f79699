package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Features of a trained network, and probes of them. */
class FeaturesIT extends TrainedRun {
    @Test
    void probesOfFeaturesThatAreThereOrComputedAreTheSame() throws IOException {
        Path out = folder.resolve("features");
        assertThat(bit(captured, "features", "features.output=" + out, "features.outputs=pre-logits,block1"))
                .as(captured.err())
                .isZero();
        assertThat(captured.out()).isEqualTo("features images=80 output=" + out + "\n");
        assertThat(spark.read().parquet(out.toString()).columns())
                .containsExactly("image_id", "label", "class_name", "split", "position", "pre_logits", "block1");

        String[] probe = {"probe.shots=1,5", "probe.draws=3"};
        assertThat(bit(captured, "probe", probe[0], probe[1], "run-id=computed"))
                .as(captured.err())
                .isZero();
        List<String> computed = captured.out().lines().toList();
        assertThat(computed).hasSize(2);
        assertThat(computed.get(0)).matches("probe shots=1 draws=3 top1=0\\.\\d+ ← [01]\\.\\d+ → [01]\\.\\d+");
        assertThat(bit(captured, "probe", probe[0], probe[1], "probe.features=" + out, "run-id=there"))
                .as(captured.err())
                .isZero();
        assertThat(captured.out().lines().toList()).hasSize(2);
        assertThat(bit(captured, "probe", probe[0], probe[1], "probe.split=train"))
                .as(captured.err())
                .isZero();
        List<String> ofTrain = captured.out().lines().toList();
        assertThat(bit(captured, "probe", probe[0], probe[1], "probe.split=train", "probe.features=" + out))
                .isZero();
        assertThat(captured.out().lines()).hasSize(2).containsExactlyElementsOf(ofTrain);

        assertThat(captured.execute(
                        "sql",
                        "-D",
                        "tables=" + folder.resolve("tables"),
                        "SELECT count(*), count(DISTINCT shots), count(DISTINCT draw), min(examples), max(l2) FROM probes"
                                + " WHERE run_id = 'computed'"))
                .isZero();
        assertThat(captured.out().lines()).last().isEqualTo("6\t2\t3\t20\t1024.0");
        assertThat(bit(captured, "probe", "probe.features=" + out, "probe.output=block2"))
                .isEqualTo(2);
        assertThat(captured.err()).contains("probe.output must be of what", "[pre-logits, block1]: block2");
        try (Stream<Path> left = Files.list(folder.resolve("tables"))) {
            assertThat(left.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("features-"));
        }
    }

    @Test
    void refusesFoldersOutputsAndShotsThatAreNotThere() throws IOException {
        Path thesis = Files.writeString(
                Files.createDirectories(folder.resolve("thesis")).resolve("thesis.txt"), "mine");
        assertThat(bit(captured, "features", "features.output=" + thesis.getParent()))
                .isEqualTo(2);
        assertThat(thesis).hasContent("mine");
        assertThat(bit(captured, "features", "features.output=" + folder.resolve("none"), "features.outputs=block7"))
                .isEqualTo(2);
        assertThat(captured.err())
                .contains("features.outputs: an output of R[1,1]x1 must be pre-logits, block1 to block2");
        assertThat(bit(captured, "probe", "probe.shots=1,7")).isEqualTo(2);
        assertThat(captured.err()).contains("probe.shots: class", "must have at least 7 examples to draw: 6");
        assertThat(bit(captured, "probe", "probe.features=" + folder.resolve("none")))
                .isEqualTo(2);
        assertThat(captured.err()).contains("probe.features must be a folder that `bit features` has written");
    }
}
