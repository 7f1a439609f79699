package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.weights.WeightFile;
import org.junit.jupiter.api.Test;

/** A trained network predicts single images, folders and splits. */
class PredictIT extends TrainedRun {
    private int predict(String... args) {
        return captured.execute(
                Stream.concat(Stream.of("predict"), Arrays.stream(args)).toArray(String[]::new));
    }

    private static String[] names() throws IOException {
        try (Stream<Path> classes = Files.list(folder.resolve("images/train"))) {
            return classes.map(name -> name.getFileName().toString()).sorted().toArray(String[]::new);
        }
    }

    @Test
    void printsAJsonObjectForEachImageAndNamesTheBadOnes() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "no image");
        assertThat(predict(
                        "-D",
                        "run=" + folder.resolve("run"),
                        "--json",
                        "-D",
                        "predict.logits=true",
                        photo.toString(),
                        bad.toString(),
                        "nowhere.png",
                        other.toUri().toString()))
                .isEqualTo(3);

        assertThat(captured.err())
                .contains("bit predict: " + bad + " cannot be used: not a JPEG")
                .contains("bit predict: nowhere.png cannot be used: there is no such file");
        List<String> lines = captured.out().lines().toList();
        assertThat(lines).hasSize(2);
        JsonNode first = new ObjectMapper().readTree(lines.get(0));
        List<String> keys = new ArrayList<>();
        first.fieldNames().forEachRemaining(keys::add);
        assertThat(keys).containsExactly("image", "top", "logits");
        assertThat(first.get("image").asText()).isEqualTo(photo.toString());
        assertThat(first.get("top")).hasSize(5);
        assertThat(first.get("logits")).hasSize(10);
        JsonNode top = first.get("top").get(0);
        assertThat(top.get("class_name").asText())
                .isEqualTo(names()[top.get("label").asInt()]);
        assertThat(top.get("probability").asDouble())
                .isGreaterThanOrEqualTo(
                        first.get("top").get(1).get("probability").asDouble());
        assertThat(new ObjectMapper().readTree(lines.get(1)).get("image").asText())
                .isEqualTo(other.toUri().toString());
    }

    @Test
    void aNetworkThatOverflowsIsNotAnImagesFault() throws IOException {
        Path weights = folder.resolve("overflowing.npz");
        ParameterLayout layout = ParameterLayout.of(Architecture.of("R[1,1]x1"), 10);
        try (OutputStream out = Files.newOutputStream(weights);
                NativeVector vector = NativeVector.zeros(layout.length())) {
            float[] large = new float[(int) layout.length()];
            Arrays.fill(large, 3e38f);
            vector.write(0, large, 0, large.length);
            WeightFile.write(out, layout, vector);
        }
        String[] sizes = {"-D", "preprocess.crop=16", "-D", "preprocess.precrop=20"};
        String setting = "model.weights=" + weights;

        assertThat(predict("-D", setting, sizes[0], sizes[1], sizes[2], sizes[3], "" + photo, "" + other))
                .isEqualTo(1);

        assertThat(captured.err())
                .startsWith("bit predict: failed: logits must be finite: NaN for class 0")
                .doesNotContain("cannot be used");
    }

    @Test
    void predictsWithWeightsWhoseClassesHaveNoNamesOrThoseOfAText() throws IOException {
        String weights = "model.weights=" + folder.resolve("exported.npz");
        assertThat(predict("-D", weights, "-D", "preprocess.crop=16", "-D", "preprocess.precrop=20", "" + photo))
                .as(captured.err())
                .isZero();
        List<String> line =
                List.of(captured.out().lines().skip(1).findFirst().orElseThrow().split("\t"));
        assertThat(line.get(3)).isEqualTo(line.get(2)).matches("\\d");

        Path text = Files.writeString(folder.resolve("names.tsv"), "x\tn0\n".repeat(10));
        String names = "model.class-names=" + text;
        String[] sizes = {"-D", "preprocess.crop=16", "-D", "preprocess.precrop=20"};
        assertThat(predict("-D", weights, "-D", names, sizes[0], sizes[1], sizes[2], sizes[3], "" + photo))
                .as(captured.err())
                .isZero();
        assertThat(captured.out().lines().skip(1)).hasSize(5).allMatch(row -> row.contains("\tn0\t"));
    }

    @Test
    void predictsAFolderAndASplitWithSparkAsInThisJvm() throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("photos")).resolve("note.txt"), "no image");
        Files.copy(photo, folder.resolve("photos/a.png"));
        Path out = folder.resolve("predicted");
        assertThat(bit(
                        captured,
                        "predict",
                        "predict.images=" + folder.resolve("photos"),
                        "predict.output=" + out,
                        "predict.logits=true"))
                .as(captured.err())
                .isZero();
        assertThat(captured.out()).isEqualTo("prediction images=2 rejected=1 output=" + out + "\n");
        Row row = spark.read().parquet(out.toString()).where("rejected IS NULL").first();
        assertThat(spark.read()
                        .parquet(out.toString())
                        .where("image LIKE '%/note.txt' AND rejected IS NOT NULL")
                        .count())
                .isEqualTo(1);
        assertThat(predict("-D", "run=" + folder.resolve("run"), "--json", "" + photo))
                .isZero();
        JsonNode alone = new ObjectMapper().readTree(captured.out()).get("top").get(0);
        Row best = row.<Row>getList(row.fieldIndex("top")).get(0);
        assertThat(best.<String>getAs("class_name"))
                .isEqualTo(alone.get("class_name").asText());
        assertThat(best.<Double>getAs("probability"))
                .isCloseTo(alone.get("probability").asDouble(), within(1e-5));

        assertThat(bit(captured, "predict", "predict.output=" + out))
                .as(captured.err())
                .isZero();
        assertThat(captured.out()).isEqualTo("prediction images=20 rejected=0 output=" + out + "\n");
        assertThat(spark.read().parquet(out.toString()).columns()).containsExactly("image", "top", "rejected");
        assertThat(new ObjectMapper()
                        .readTree(out.resolve("_SUCCESS").toFile())
                        .get("source")
                        .asText())
                .endsWith("/dataset");
    }

    @Test
    void refusesAFolderWithoutImagesAndKeepsWhatIsThere() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Path out = folder.resolve("kept");
        assertThat(bit(captured, "predict", "predict.images=" + folder.resolve("images"), "predict.output=" + out))
                .as(captured.err())
                .isZero();
        long before = spark.read().parquet(out.toString()).count();
        assertThat(bit(captured, "predict", "predict.images=" + empty, "predict.output=" + out))
                .isEqualTo(2);
        assertThat(captured.err()).contains("predict.images must hold files, not only hidden ones: " + empty);
        assertThat(spark.read().parquet(out.toString()).count()).isEqualTo(before);
    }

    @Test
    void evaluateChecksNamesOfClassesThatItHasNoUseFor() throws IOException {
        Path text = Files.writeString(folder.resolve("nine.tsv"), "x\n".repeat(9));
        assertThat(bit(captured, "evaluate", "model.class-names=" + text)).isEqualTo(2);
        assertThat(captured.err())
                .contains("model.class-names must have a line for each of the head's 10 classes: " + text + " has 9");
        assertThat(bit(captured, "evaluate", "model.class-names=" + folder.resolve("nowhere.tsv")))
                .isEqualTo(2);
    }

    @Test
    void refusesWhatDoesNotGoTogether() throws IOException {
        String run = "run=" + folder.resolve("run");
        assertThat(predict("-D", run)).isEqualTo(2);
        assertThat(captured.err()).contains("predict.images must name a folder", "predict.output must name a folder");
        assertThat(predict("-D", run, "-D", "predict.images=x", "" + photo)).isEqualTo(2);
        assertThat(captured.err()).contains("predict.images must not be given beside IMAGEs: x");
        assertThat(predict("" + photo)).isEqualTo(2);
        assertThat(captured.err()).contains("run must name a run directory");
        Path thesis = Files.writeString(
                Files.createDirectories(folder.resolve("thesis")).resolve("thesis.txt"), "mine");
        assertThat(bit(captured, "predict", "predict.output=" + thesis.getParent()))
                .isEqualTo(2);
        assertThat(captured.err()).contains("predict.output must be a new or empty folder");
        assertThat(thesis).hasContent("mine");
    }
}
