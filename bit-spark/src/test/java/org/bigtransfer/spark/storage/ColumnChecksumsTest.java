package org.bigtransfer.spark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ColumnChecksumsTest {
    @Test
    void checksumsOfRangesFollowFromThoseOfTheWhole() {
        byte[] bytes = new byte[10_000];
        new SplittableRandom(3).nextBytes(bytes);
        int[] cuts = {0, 1, 5, 4096, 9_999, 10_000};
        ColumnChecksums checksums = new ColumnChecksums();
        for (int i = 1; i < cuts.length; i++) {
            checksums.update(bytes, cuts[i - 1], cuts[i] - cuts[i - 1]);
        }
        for (int begin : cuts) {
            for (int end : cuts) {
                if (begin <= end) {
                    assertThat(FileTail.hex(checksums.between(begin, end)))
                            .isEqualTo(FileTail.checksum(bytes, begin, end - begin));
                }
            }
        }
        assertThatThrownBy(() -> checksums.between(2, 5)).hasMessage("a write must have begun at 2");
    }

    /** The check value of CRC-32C. Source: RFC 3720, appendix B.4 (32 bytes of zeros). */
    @Test
    void checksumsAreCrc32c() {
        assertThat(FileTail.checksum(new byte[32], 0, 32)).isEqualTo("8a9136aa");
    }
}
