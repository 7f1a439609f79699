package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.jobs.quickstart.DrawnImages;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.DatasetParts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sharding as {@code ./bit shard} starts it, in a process of its own that is cut off. */
@Timeout(600)
class KilledShardIT {
    private static final int SIGKILL_EXIT = 137;
    private static final int KILLS = 3;

    @TempDir
    Path folder;

    private List<String> shard(String dataset, String master) {
        return List.of(
                "shard",
                "--master=" + master,
                "-Ddataset=" + folder.resolve(dataset),
                "-Dtables=" + folder.resolve("tables"),
                "-Dshard.train=" + folder.resolve("images/train"),
                "-Dshard.validation-percent=20",
                "-Dshard.row-group-bytes=65536",
                "-Dshard.file-bytes=65536");
    }

    private Process start(String dataset) throws IOException {
        List<String> command = new ArrayList<>(List.of("../bit"));
        command.addAll(shard(dataset, "local[4]"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(folder.resolve("log").toFile());
        builder.environment()
                .putAll(Map.of("BIT_HEAP", "512m", "BIT_NATIVE", "512m", "BIT_JAVA_OPTS", "-XX:TieredStopAtLevel=1"));
        return builder.start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** What readers could see of it, and what the next job goes on from. */
    private Map<String, byte[]> files(String dataset) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder.resolve(dataset))) {
            for (Path path : found.filter(Files::isRegularFile).toList()) {
                Path name = folder.resolve(dataset).relativize(path);
                if (!name.getFileName().toString().startsWith(".") && !name.startsWith("status.json")) {
                    files.put(name.toString(), Files.readAllBytes(path));
                }
            }
        }
        return files;
    }

    private Set<String> parts(String dataset) throws IOException {
        Set<String> parts = new HashSet<>(files(dataset).keySet());
        parts.removeIf(name -> !name.endsWith(".parquet"));
        return parts;
    }

    @Test
    void sigkillAtAnyMomentLeavesNoHalfDatasetAndTheNextJobGoesOn() throws Exception {
        DrawnImages.write(folder.resolve("images"), 120, 1, 0);
        Captured captured = new Captured();
        assertThat(captured.execute(shard("undisturbed", "local[1]").toArray(String[]::new)))
                .as(captured.err())
                .isZero();
        Map<String, byte[]> undisturbed = files("undisturbed");
        assertThat(parts("undisturbed")).hasSizeGreaterThan(20);

        Random random = new Random();
        Set<String> before = Set.of();
        for (int kill = 0; kill < KILLS; kill++) {
            int wanted = kill * parts("undisturbed").size() / KILLS + random.nextInt(5);
            Process process = start("killed");
            try {
                while (process.isAlive() && seen("killed") < wanted) {
                    Thread.sleep(10); // looking costs what the other process needs
                }
                assertThat(process.isAlive()).as(log()).isTrue();
                process.destroyForcibly();
                assertThat(process.waitFor()).as("at %d parts", wanted).isEqualTo(SIGKILL_EXIT);
            } finally {
                process.destroyForcibly();
            }
            assertThat(folder.resolve("killed/dataset.json")).doesNotExist();
            Set<String> after = wanted == 0 ? Set.of() : parts("killed");
            assertThat(after).containsAll(before);
            before = after;
        }

        Process last = start("killed");
        assertThat(last.waitFor()).as(log()).isZero();
        assertThat(log()).contains(" parts are there from a job that was cut off: they stay");
        Map<String, byte[]> killed = files("killed");
        // With other cores, in another process and piecemeal: the same bytes, of what is kept of the search as well.
        assertThat(killed.keySet()).isEqualTo(undisturbed.keySet());
        killed.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(undisturbed.get(name)));
        String dataset = folder.resolve("killed").toString();
        DatasetDescription description = DatasetFile.read(new Configuration(), dataset);
        DatasetParts.requireAll(new Configuration(), dataset, description);

        Process again = start("killed");
        assertThat(again.waitFor()).as(log()).isZero();
        assertThat(log()).contains("the dataset is there already, of the same images and settings: nothing is written");
    }

    /** Files of parts so far. */
    private int seen(String dataset) {
        int seen = 0;
        for (String split : List.of("split=train", "split=validation")) {
            String[] names = folder.resolve(dataset).resolve(split).toFile().list((dir, name) -> !name.startsWith("."));
            seen += names == null ? 0 : names.length;
        }
        return seen;
    }
}
