package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.bigtransfer.jobs.quickstart.DrawnImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchInputIT {
    @TempDir
    Path folder;

    @Test
    void measuresDecodingAndEverySizeWithoutAPeer() throws Exception {
        DrawnImages.write(folder, 3, 1, 1);
        Captured captured = new Captured();

        int code = captured.execute(
                "bench",
                "input",
                "-Dbench.images=" + folder.resolve("train"),
                "-Dbench.python=/no/such/python",
                "-Dbench.batch=8",
                "-Dbench.pairs=1",
                "-Dbench.input.sizes=20/16,30/24",
                "-Dbench.input.count=40",
                "-Dbench.input.seconds=0",
                "-Dbench.input.ahead=1,3");

        assertThat(code).as(captured.err()).isZero();
        List<String> lines = captured.out().lines().toList();
        String none = " peer_images_per_second=none pairs=0 ratio_min=none ratio=none ratio_max=none";
        String sizes = "bench input store=%s precrop=%d crop=%d cores=\\d+ images_per_second=[0-9.]+" + none;
        assertThat(lines).hasSize(16).contains("peer: skipped: there is no /no/such/python");
        assertThat(lines.subList(0, 4))
                .anyMatch(line -> line.matches("dataset precrop20-16: 1[34]\\d\\d bytes an image"));
        int line = 5;
        for (int size : new int[] {20, 30}) {
            for (int ahead : new int[] {1, 3}) {
                assertThat(lines.get(line++))
                        .matches(
                                ("bench input memory store=encoded precrop=%d crop=\\d+ batch=8 ahead=%d batches_mb=[0-9.]+"
                                                + " row_groups_mb=[0-9.]+")
                                        .formatted(size, ahead));
            }
        }
        assertThat(lines.get(line++)).matches("bench input decode cores=1 images_per_second=[0-9.]+" + none);
        for (String store : List.of("encoded", "precrop", "jpeg")) {
            assertThat(lines.get(line++)).matches(sizes.formatted(store, 20, 16));
            assertThat(lines.get(line++)).matches(sizes.formatted(store, 30, 24));
        }
    }

    @Test
    void refusesWhatCannotBeMeasured() {
        Captured captured = new Captured();

        int code = captured.execute(
                "bench", "input", "-Dbench.input.sizes=128", "-Dbench.input.count=0", "-Dbench.pairs=0");

        assertThat(code).isEqualTo(2);
        assertThat(captured.err())
                .contains("bench.images must name a folder of class folders with photographs, or a tar of one")
                .contains("bench.input.sizes: a size must be pre-crop/crop, as 160/128: 128")
                .contains("bench.pairs must be at least 1: 0");
    }
}
