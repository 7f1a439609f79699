package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectJobTest {
    private static final Pattern VIEW =
            Pattern.compile("<img src=\"data:image/png;base64,([^\"]+)\" alt=\"(\\w+) view of (\\w+)/(\\d+)\\.png\"");

    @TempDir
    Path folder;

    private final Captured captured = new Captured();

    private String inspected(String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of(
                "inspect",
                folder.toString(),
                "-D",
                "preprocess.precrop=8",
                "-D",
                "preprocess.crop=6",
                "-D",
                "train.global-batch=16",
                "-D",
                "train.micro-batch=4"));
        args.addAll(List.of(more));
        assertThat(captured.execute(args.toArray(String[]::new)))
                .as(captured.err())
                .isZero();
        return Files.readString(folder.resolve("inspect.html"));
    }

    private static BufferedImage image(MatchResult view) {
        try {
            return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(view.group(1))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void saysWhatADatasetHoldsAndEndsWithALineForScripts() throws IOException {
        TinyDataset.write(folder, 2, 50);
        inspected("-D", "inspect.step=9");
        assertThat(captured.out())
                .contains(
                        "train      100 images, ",
                        "a class has 33 (bee) ← 33 → 34 (ant); entropy 1.585 of at most 1.585 bits",
                        "12 ← 12 → 12 pixels wide, 10 ← 10 → 10 high",
                        "shuffle    6 batches of 16: class entropy ",
                        " of 3 folders a batch",
                        "step 9     entered directly: first micro-batch after ",
                        "all 16 images after ");
        assertThat(captured.out().lines()).last().isEqualTo("inspection train=100 validation=0 classes=3 rejects=0");
        assertThat(captured.err()).doesNotContain("failed");
    }

    /** The evaluation views are pixel by pixel what the network is given, and belong to the images they are said to be of. */
    @Test
    void showsRandomImagesAsTheNetworkSeesThem() throws Exception {
        TinyDataset.write(folder, 1, 60);
        String page = inspected("-D", "inspect.samples=20");
        List<MatchResult> views = VIEW.matcher(page).results().toList();
        assertThat(views).hasSize(40);
        assertThat(views.stream().map(view -> view.group(4)).distinct()).hasSize(20);
        Preprocessing preprocessing = new Preprocessing(Profile.PYTORCH, new Resolution(8, 6));
        for (MatchResult view : views) {
            int number = Integer.parseInt(view.group(4));
            assertThat(view.group(3)).isEqualTo(TinyDataset.CLASSES.get(number % 3));
            BufferedImage shown = image(view);
            assertThat(shown.getWidth()).isEqualTo(6);
            assertThat(shown.getHeight()).isEqualTo(6);
            if (view.group(2).equals("evaluation")) {
                FloatBuffer input = FloatBuffer.allocate(3 * 6 * 6);
                preprocessing.evaluate(TinyDataset.png(number), input, 0);
                for (int pixel = 0; pixel < 36; pixel++) {
                    int rgb = shown.getRGB(pixel % 6, pixel / 6);
                    for (int c = 0; c < 3; c++) {
                        assertThat((rgb >> (16 - 8 * c) & 0xFF) / 127.5f - 1)
                                .isBetween(input.get(3 * pixel + c) - 1e-5f, input.get(3 * pixel + c) + 1e-5f);
                    }
                }
            }
        }
        assertThat(inspected("-D", "inspect.samples=20")).isEqualTo(page);
        assertThat(inspected("-D", "inspect.samples=20", "-D", "inspect.seed=1"))
                .isNotEqualTo(page);
    }

    /** Makes dataset.json say so. */
    private void countRejects(long train) throws IOException {
        Configuration conf = new Configuration();
        DatasetDescription without = DatasetFile.read(conf, folder.toString());
        DatasetDescription with = new DatasetDescription(
                without.schemaVersion(),
                without.contentHash(),
                without.classes(),
                without.splits(),
                without.medianWidth(),
                without.medianHeight(),
                Map.of("train", train),
                without.layout(),
                without.store());
        DatasetFile.write(conf, folder.toString(), with);
    }

    @Test
    void countsRejectsByReason() throws IOException {
        TinyDataset.write(folder, 1, 10);
        countRejects(5);
        MessageType schema = MessageTypeParser.parseMessageType("message rejects {required binary split (STRING);"
                + " required binary image_id (STRING); required binary reason (STRING);}");
        org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(folder.toString(), "rejects/part-0.parquet");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(file)
                .withType(schema)
                .withConf(new Configuration())
                .build()) {
            for (int i = 0; i < 5; i++) {
                Group row = new SimpleGroup(schema);
                row.add("split", "train");
                row.add("image_id", "ant/<%d>.jpg".formatted(i));
                row.add("reason", i < 3 ? "truncated PNG: %d bytes".formatted(i) : "empty file");
                writer.write(row);
            }
        }
        String page = inspected("-D", "inspect.samples=0");
        assertThat(captured.out())
                .contains(
                        "rejected   3: truncated PNG (ant/<0>.jpg: truncated PNG: 0 bytes)",
                        "rejected   2: empty file (ant/<3>.jpg: empty file)");
        assertThat(page).contains("ant/&lt;0&gt;.jpg: truncated PNG: 0 bytes").doesNotContain("<0>");
        Files.write(folder.resolve("rejects/part-1.parquet"), new byte[100]);
        assertThat(captured.execute("inspect", folder.toString())).isEqualTo(1);
        assertThat(captured.err()).contains("rejects/part-1.parquet must be a Parquet file of rejects: ");
    }

    @Test
    void namesWhatIsDamagedOrMissing() throws IOException {
        assertThat(captured.execute("inspect", folder.toString())).isEqualTo(2);
        assertThat(captured.err()).contains("dataset must be a folder that `bit shard` has written: " + folder);
        assertThat(captured.execute("inspect", "-D", "inspect.samples=-1", "-D", "inspect.step=-1"))
                .isEqualTo(2);
        assertThat(captured.err())
                .contains(
                        "inspect.samples must be in 0..1000: -1",
                        "inspect.step must be at least 0: -1",
                        "dataset must name the dataset's folder");
        TinyDataset.write(folder, 1, 30);
        Path part = folder.resolve("split=train/part-00000.parquet");
        byte[] bytes = Files.readAllBytes(part);
        bytes[bytes.length / 2] ^= 1;
        Files.write(part, bytes);
        assertThat(captured.execute("inspect", folder.toString())).isEqualTo(1);
        assertThat(captured.err()).contains(part + " must be undamaged: the checksum of column ");
        assertThat(folder.resolve("inspect.html")).doesNotExist();
    }
}
