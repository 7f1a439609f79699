package org.bigtransfer.spark.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.TarPieces.Range;
import org.bigtransfer.spark.input.TarPieces.Scouts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pieces of a tar that has all that makes cutting hard: names in headers of their own, a tar in it, links, empty files. */
class TarPiecesTest {
    private static final int ALL = 1_000_000;

    private final Configuration conf = new Configuration();
    private final Random random = new Random(1);

    @TempDir
    private Path folder;

    private byte[] tar(int longFiles, boolean nested) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream((OutputStream) bytes)) {
            out.setLongFileMode(longFiles);
            for (int i = 0; i < 60; i++) {
                String name = i % 3 == 0 ? "ant/" + "long".repeat(40) + i : "ant/" + i;
                if (i % 10 == 9) {
                    add(out, new TarArchiveEntry("folder-" + i + "/"), new byte[0]);
                }
                if (i % 10 == 8) {
                    TarArchiveEntry link = new TarArchiveEntry("ant/link-" + i, TarConstants.LF_SYMLINK);
                    link.setLinkName("0");
                    add(out, link, new byte[0]);
                }
                if (nested && i == 20) {
                    add(out, new TarArchiveEntry("bee.tar"), tar(longFiles, false));
                }
                byte[] content = new byte[i % 7 == 0 ? 0 : random.nextInt(4000)];
                random.nextBytes(content);
                add(out, new TarArchiveEntry(name), content);
            }
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream out, TarArchiveEntry entry, byte[] bytes) throws IOException {
        entry.setSize(bytes.length);
        out.putArchiveEntry(entry);
        out.write(bytes);
        out.closeArchiveEntry();
    }

    private List<String> members(Path tar, List<Range> pieces) throws IOException {
        List<String> members = new ArrayList<>();
        for (Range piece : pieces) {
            TarFiles files = new TarFiles(
                    new FileInterval(conf, tar.toString(), piece.from(), piece.to(), 4096),
                    TarMembers.End.ANYWHERE,
                    "tar",
                    "train",
                    new InputBounds(Input.MOST_BYTES, Long.MAX_VALUE));
            files.forEachRemaining(file -> members.add(
                    "%s/%s %s %d".formatted(file.folder(), file.name(), file.reason(), Arrays.hashCode(file.bytes()))));
        }
        return members;
    }

    private TarPieces pieces(Path tar, long piece, int first) throws IOException {
        return new TarPieces(conf, tar.toString(), Files.size(tar), piece, first);
    }

    private Scouts scouts(Path tar) {
        return ranges -> {
            long length = Files.size(tar);
            return ranges.stream()
                    .map(range -> TarPieces.scout(conf, tar.toString(), length, range))
                    .toList();
        };
    }

    @ParameterizedTest
    @CsvSource({"1024, 0", "4096, 7", "20000, 30", "1000000, 0", "5000, 1000000"})
    void piecesAreTheWholeWithoutOverlap(long piece, int first) throws IOException {
        for (int longFiles : List.of(TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX)) {
            Path tar = Files.write(folder.resolve("a.tar"), tar(longFiles, true));
            TarPieces.Cut all = pieces(tar, piece, first).cut(scouts(tar));
            List<Range> cut = all.pieces();
            long end = 0;
            for (Range range : cut) {
                assertThat(range.from()).isEqualTo(end).isLessThan(range.to());
                end = range.to();
            }
            assertThat(end).isEqualTo(Files.size(tar));
            List<String> whole = members(tar, List.of(new Range(0, Files.size(tar))));
            assertThat(whole).hasSizeGreaterThan(120);
            assertThat(members(tar, cut)).isEqualTo(whole);
            assertThat(all.members()).isEqualTo(60 + 6 + 6 + 1);
            assertThat(cut).hasSizeLessThanOrEqualTo((int) (Files.size(tar) / piece + 2));
            if (piece < 5000) {
                assertThat(cut).hasSizeGreaterThan(20);
            }
        }
    }

    @Test
    void scoutsAreBelievedWhereTheyMeetTheMembersAndSaveFollowingThem() throws IOException {
        Path tar = Files.write(folder.resolve("a.tar"), tar(TarArchiveOutputStream.LONGFILE_GNU, false));
        // Were they not believed, a scout that gives the wrong end would change nothing.
        Scouts wrong = ranges -> scouts(tar).explore(ranges).stream()
                .map(chain -> new TarPieces.Chain(chain.starts(), chain.members(), Long.MAX_VALUE))
                .toList();
        assertThat(pieces(tar, 5000, 0).cut(wrong).pieces()).hasSize(1);
    }

    @Test
    void aTarThatIsCutOffAnywhereIsNamed() throws IOException {
        byte[] bytes = tar(TarArchiveOutputStream.LONGFILE_GNU, false);
        long end =
                pieces(Files.write(folder.resolve("whole.tar"), bytes), 1, ALL)
                        .cut(ranges -> List.of())
                        .pieces()
                        .stream()
                        .mapToLong(Range::from)
                        .max()
                        .orElseThrow();
        for (int cut = 1; cut < end; cut += 2900) {
            Path tar = Files.write(folder.resolve("half.tar"), Arrays.copyOf(bytes, cut));
            for (int first : List.of(0, ALL)) {
                assertThatThrownBy(() -> pieces(tar, 5000, first).cut(scouts(tar)))
                        .as("after %d bytes", cut)
                        .isInstanceOf(DatasetException.class)
                        .hasMessageStartingWith(tar + " must be a whole tar archive: ");
            }
        }
    }
}
