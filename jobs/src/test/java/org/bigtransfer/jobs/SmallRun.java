package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.spark.storage.PublishedFile;

/**
 * A small data set and a small network, for jobs as the command line runs them.
 *
 * @param root what {@code dataset}, {@code run} and {@code tables} are below
 * @param images folders of images
 */
record SmallRun(String root, String images) {
    static final int STEPS = 24;
    static final int EXAMPLES = 36;

    private static final List<String> CLASSES = List.of("blue", "green", "red");
    private static final Captured CAPTURED = new Captured();

    /** Draws {@value #EXAMPLES} images to train on and half as many to validate. */
    static void draw(Path images) throws IOException {
        draw(images.resolve("train"), EXAMPLES / CLASSES.size(), 1);
        draw(images.resolve("validation"), EXAMPLES / CLASSES.size() / 2, 2);
    }

    private static void draw(Path split, int images, long seed) throws IOException {
        Random random = new Random(seed);
        for (int label = 0; label < CLASSES.size(); label++) {
            Path folder = Files.createDirectories(split.resolve(CLASSES.get(label)));
            for (int number = 0; number < images; number++) {
                BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
                for (int pixel = 0; pixel < 400; pixel++) {
                    image.setRGB(pixel % 20, pixel / 20, random.nextInt(1 << 24) | 0xC0 << 8 * label);
                }
                ImageIO.write(image, "png", folder.resolve(number + ".png").toFile());
            }
        }
    }

    /** Runs a job with these settings and more. @return what it printed */
    String bit(String job, String... more) {
        assertThat(execute(job, more)).as(() -> job + ": " + CAPTURED.err()).isZero();
        return CAPTURED.out();
    }

    /** As {@link #bit}, of a job that fails. @return what it said on standard error */
    String failed(String job, String... more) {
        assertThat(execute(job, more)).as(job).isOne();
        return CAPTURED.err();
    }

    private int execute(String job, String... more) {
        return CAPTURED.execute(args(job, more).toArray(String[]::new));
    }

    /** What the command line of a job with these settings and more holds. */
    List<String> args(String job, String... more) {
        List<String> args = new ArrayList<>(List.of(job));
        for (String setting : List.of(
                "dataset=" + root + "/dataset",
                "tables=" + root + "/tables",
                "run=" + root + "/run",
                "shard.train=" + images + "/train",
                "shard.validation=" + images + "/validation",
                "model.architecture=R[1,1,1]x1",
                "preprocess.precrop=20",
                "preprocess.crop=16",
                "train.replicas=2",
                "train.global-batch=12",
                "train.micro-batch=3",
                "train.base-lr=0.003",
                "train.schedule=2," + STEPS,
                "train.checkpoint-every=3",
                "train.keep-checkpoints=100",
                "train.evaluate-every=0")) {
            args.addAll(List.of("-D", setting));
        }
        args.addAll(Arrays.asList(more));
        return args;
    }

    /** The last line that {@code sql} prints, its columns parted by tabs. */
    String last(String query) {
        List<String> lines = bit("sql", query).lines().toList();
        return lines.get(lines.size() - 1);
    }

    /** The bytes of a file below the root. */
    byte[] bytes(Configuration conf, String name) throws IOException {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(root, name);
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            return in.readAllBytes();
        }
    }

    static String checkpoint(long step, String file) {
        return "run/checkpoints/step-%06d/%s".formatted(step, file);
    }

    /** That two runs ended with the same parameters and velocity, bit for bit. */
    void assertSameEnd(Configuration conf, SmallRun other) throws IOException {
        for (String file : List.of("model.npz", "momentum.npz")) {
            assertThat(bytes(conf, checkpoint(STEPS, file))).isEqualTo(other.bytes(conf, checkpoint(STEPS, file)));
        }
    }

    /** That a pointer beside the evaluated run is replaced by one that names it. */
    void assertPublishes(Configuration conf) throws IOException {
        String pointer = root + "/published.json";
        PublishedFile.write(conf, new org.apache.hadoop.fs.Path(pointer), new byte[] {'{', '}'});
        assertThat(bit("publish", "-D", "publish.pointer=" + pointer)).contains("run=" + root + "/run step=" + STEPS);
        assertThat(new String(bytes(conf, "published.json"), StandardCharsets.UTF_8))
                .contains("\"run\" : \"" + root + "/run\"", "\"run_id\" : \"trained\"", "\"top1\"");
    }

    /** That tables, read by Spark SQL, hold one row of each step, class and image. */
    void assertTables() {
        assertThat(last("SELECT count(*), count(DISTINCT step), max(step) FROM steps WHERE run_id = 'trained'"))
                .isEqualTo("%d\t%d\t%d".formatted(STEPS, STEPS, STEPS - 1));
        assertThat(last("SELECT count(*), count(DISTINCT image_id) FROM predictions WHERE run_id = 'evaluated'"))
                .isEqualTo("%d\t%d".formatted(EXAMPLES / 2, EXAMPLES / 2));
        assertThat(last("SELECT count(*), sum(examples) FROM class_evaluations WHERE run_id = 'evaluated'"))
                .isEqualTo("%d\t%d".formatted(CLASSES.size(), EXAMPLES / 2));
        assertThat(last("SELECT count(*), count(DISTINCT job) FROM runs")).isEqualTo("3\t3");
    }
}
