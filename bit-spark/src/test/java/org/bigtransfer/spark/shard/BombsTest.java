package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.bigtransfer.preprocess.ImageCheck;
import org.bigtransfer.spark.input.BadImages;
import org.bigtransfer.spark.input.InputFile;
import org.junit.jupiter.api.Test;

class BombsTest {
    private static final long MOST_BYTES = 50L << 20;

    /** All that the thread allocates, whether it is collected at once or not, so that nothing depends on the collector. */
    private static CheckedFile checkedWithin(long most, String name, byte[] bytes) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        InputFile file = new InputFile("train", "ant", name, "", bytes);
        ImageCheck check = new ImageCheck();
        long before = threads.getCurrentThreadAllocatedBytes();
        CheckedFile checked = CheckedFile.of(file, Limits.NONE, check);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).as(name).isLessThan(most);
        check.close();
        return checked;
    }

    @Test
    void areRefusedFromTheirHeaders() {
        Map<String, byte[]> bombs = BadImages.bombs();
        assertThat(bombs).hasSize(4);
        bombs.forEach((name, bytes) -> {
            assertThat(bytes).hasSizeLessThan(2000);
            assertThat(checkedWithin(MOST_BYTES, name, bytes).reason())
                    .startsWith("an image must have at most 178956970 pixels: ");
        });
    }

    @Test
    void inflateNoFurtherThanTheirPixels() {
        BadImages.inflating().forEach((name, bytes) -> checkedWithin(MOST_BYTES, name, bytes));
    }
}
