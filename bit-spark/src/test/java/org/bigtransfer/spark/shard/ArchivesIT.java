package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.junit.jupiter.api.Test;

class ArchivesIT extends Sharding {
    @Test
    void archivesGiveTheSameContentAsFolders() throws IOException {
        Path train = images("train", 12);
        Files.writeString(train.resolve("ant/notes.txt"), "no image");
        Sharded folder = shard(plan(train, "", 25, "folder"));
        Sharded tar = shard(plan(tar(train, false), "", 25, "tar"));
        Sharded gzip = shard(plan(tar(train, true), "", 25, "gzip"));
        assertThat(tar.description().contentHash())
                .isEqualTo(folder.description().contentHash());
        assertThat(gzip.description().contentHash())
                .isEqualTo(folder.description().contentHash());
        assertThat(rejects(tar)).isEqualTo(rejects(folder)).hasSize(1);
        assertThat(folder.description().split("validation").classExamples()).containsExactly(3L, 3L);
        assertThat(folder.description().split("train").classExamples()).containsExactly(9L, 9L);
    }

    @Test
    void archiveEntriesThatLeaveTheirFolderAreRejected() throws IOException {
        Path file = temp.resolve("evil.tar");
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            add(out, new TarArchiveEntry("./ant/1.png"), TinyDataset.png(1));
            add(out, new TarArchiveEntry("ant/../../2.png"), TinyDataset.png(2));
            add(out, new TarArchiveEntry("/etc/ant/3.png", true), TinyDataset.png(3));
            TarArchiveEntry link = new TarArchiveEntry("ant/link.png", TarArchiveEntry.LF_SYMLINK);
            link.setLinkName("/etc/passwd");
            add(out, link, new byte[0]);
            add(out, new TarArchiveEntry("ant/device", TarArchiveEntry.LF_CHR), new byte[0]);
            add(out, new TarArchiveEntry("__MACOSX/ant/._1.png"), "hidden".getBytes(StandardCharsets.UTF_8));
        }
        Sharded sharded = shard(plan(file, "", 0, "out"));
        assertThat(sharded.description().split("train").examples()).isEqualTo(1);
        assertThat(rejects(sharded))
                .containsExactly(
                        Map.entry("train /etc/ant/3.png", "its path must not be absolute"),
                        Map.entry("train ant/../../2.png", "its path must not contain .."),
                        Map.entry("train ant/device", "it must be a file, not a link or a device"),
                        Map.entry("train ant/link.png", "it must be a file, not a link or a device"));
    }

    @Test
    void brokenArchivesAreNamed() throws IOException {
        Path tar = tar(images("train", 10), true);
        Files.write(tar, Arrays.copyOf(Files.readAllBytes(tar), (int) Files.size(tar) / 2));
        assertThatThrownBy(() -> shard(within(whole(), plan(tar, "", 0, "out"))))
                .isInstanceOf(DatasetException.class)
                .hasMessageMatching(
                        "\\Q%s\\E must be whole, or shard.damaged be accept: files are lost that nobody can count \\[.*]"
                                .formatted(tar));
        assertThat(temp.resolve("out")).doesNotExist();
        Sharded rest = shard(plan(tar, "", 0, "out"));
        assertThat(rest.description().split("train").examples()).isBetween(5L, 15L);
        assertThat(rest.warnings()).anySatisfy(warning -> assertThat(warning)
                .startsWith("files of %s are lost that nobody can count: [".formatted(tar)));
    }

    @Test
    void archivesOfMoreMembersThanAreAllowedAreRefused() throws IOException {
        Path folder = images("train", 12);
        Path zip = temp.resolve("train.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(Files.newOutputStream(zip))) {
            for (int i = 0; i < 26; i++) {
                out.putArchiveEntry(new ZipArchiveEntry("ant/%d.png".formatted(i)));
                out.write(TinyDataset.png(i));
                out.closeArchiveEntry();
            }
        }
        // The tars have 24 images and 3 folders; the last one is a tar of a tar for each of 2 classes.
        List<Path> archives =
                List.of(tar(folder, false), tar(folder, true), zip, tarOfTars(temp.resolve("all.tar"), 12));
        for (Path archive : archives) {
            Limits few = members(25);
            assertThatThrownBy(() -> shard(within(few, plan(archive, "", 0, "out"))))
                    .isInstanceOf(DatasetException.class)
                    .hasMessage(archive + " must have at most 25 members (shard.max-members)");
            assertThat(temp.resolve("out")).doesNotExist();
            Sharded sharded = shard(within(members(27), plan(archive, "", 0, "out-" + archive.getFileName())));
            assertThat(sharded.description().split("train").examples()).isGreaterThanOrEqualTo(24);
        }
    }

    private static Limits members(long most) {
        return new Limits(Limits.NONE.fileBytes(), Limits.NONE.pixels(), most, 1, Limits.Damage.ACCEPT);
    }

    private static Path tarOfTars(Path file, int images) throws IOException {
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            for (String name : List.of("ant", "bee")) {
                ByteArrayOutputStream inner = new ByteArrayOutputStream();
                try (TarArchiveOutputStream of = new TarArchiveOutputStream(inner)) {
                    for (int i = 0; i < images; i++) {
                        add(of, new TarArchiveEntry(i + ".png"), TinyDataset.png(i));
                    }
                }
                add(out, new TarArchiveEntry(name + ".tar"), inner.toByteArray());
            }
        }
        return file;
    }

    @Test
    void realPhotographs() throws IOException {
        Path tar = Path.of(System.getProperty("bit.shared", "../../shared"), "data/imagenet-samples.tar");
        assumeThat(tar).as("real photographs beside the project").exists();
        Sharded sharded = shard(sized(1 << 23, 1 << 24, plan(tar, "", 0, "out")));
        assertThat(sharded.description().split("train").examples()).isEqualTo(333);
        assertThat(Arrays.stream(sharded.description().split("train").groupRows())
                        .boxed())
                .allMatch(rows -> rows >= 8);
        assertThat(sharded.description().split("train").files()).hasSize(3);
    }

    private static void add(TarArchiveOutputStream out, TarArchiveEntry entry, byte[] bytes) throws IOException {
        entry.setSize(bytes.length);
        out.putArchiveEntry(entry);
        out.write(bytes);
        out.closeArchiveEntry();
    }
}
