package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.junit.jupiter.api.Test;

/** A trained network is exported. */
class ExportIT extends TrainedRun {
    @Test
    void exportTakesTheRunOfARunIdWhateverWeightsItsRecipeNames() throws IOException {
        Files.createSymbolicLink(
                Files.createDirectories(folder.resolve("runs")).resolve("trained"), folder.resolve("run"));
        FileSystem local =
                FileSystem.get(URI.create("file:///"), SparkHadoopUtil.get().conf());
        org.apache.hadoop.fs.Path before = local.getWorkingDirectory();
        Path exported = folder.resolve("of-run.npz");
        local.setWorkingDirectory(new org.apache.hadoop.fs.Path(folder.toUri()));
        try {
            String[] args = {
                "export", "-D", "run-id=trained", "-D", "model.weights=BiT-M-R50x1", "-D", "export.file=" + exported
            };
            assertThat(captured.execute(args)).as(captured.err()).isZero();
        } finally {
            local.setWorkingDirectory(before);
        }
        assertThat(captured.out()).contains("architecture=R[1,1]x1 classes=10");
        assertThat(exported).hasSameBinaryContentAs(folder.resolve("exported.npz"));
    }

    private String exportedLoss(String... settings) throws IOException {
        Path zip = folder.resolve("exported.zip");
        List<String> args = new ArrayList<>(
                List.of("export", "-D", "export.format=dl4j", "-D", "train.loss=sigmoid", "-D", "export.file=" + zip));
        for (String setting : settings) {
            args.addAll(List.of("-D", setting));
        }
        assertThat(captured.execute(args.toArray(String[]::new)))
                .as(captured.err())
                .isZero();
        try (ZipFile files = new ZipFile(zip.toFile())) {
            return new String(
                    files.getInputStream(files.getEntry("configuration.json")).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aDeeplearning4jZipHasTheLossOfTheRunOrThatOfTheSettings() throws IOException {
        String ofRun = exportedLoss("run=" + folder.resolve("run"));
        String ofWeights = exportedLoss("model.weights=" + folder.resolve("exported.npz"));
        assertThat(ofWeights).contains("Sigmoid");
        assertThat(ofRun).doesNotContain("Sigmoid");
    }
}
