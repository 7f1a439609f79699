package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bigtransfer.jobs.quickstart.DrawnImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchShardIT {
    private final Captured captured = new Captured();

    @TempDir
    private Path folder;

    @Test
    void endsWithALineOfFiguresWithoutAPeerToo() throws IOException {
        DrawnImages.write(folder, 2, 1, 0);
        int code = captured.execute(
                "bench",
                "shard",
                "-Dbench.images=" + folder.resolve("train"),
                "-Dbench.pairs=2",
                "-Dbench.python=/nowhere/python");
        assertThat(code).as(captured.err()).isZero();
        List<String> lines = captured.out().lines().toList();
        assertThat(lines).contains("peer: skipped: there is no /nowhere/python");
        assertThat(lines.get(lines.size() - 1))
                .matches("bench shard images=20 images_per_second=[0-9.]+ mb_per_second=[0-9.]+"
                        + " copy_mb_per_second=[0-9.]+ pyarrow_images_per_second=none"
                        + " pairs=0 ratio_min=none ratio=none ratio_max=none");
    }

    @Test
    void photographsMustBeGiven() {
        assertThat(captured.execute("bench", "shard")).isEqualTo(2);
        assertThat(captured.err())
                .contains("bench.images must name a folder of class folders with photographs, or a tar of one");
    }
}
