package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;

/** Bad files in archives, and archives that are bad themselves. */
class BadArchivesIT extends BadInput {
    private static final String LINK = "it must be a file, not a link or a device";

    @Test
    void aTarsFilesAreSortedOutWithReasons() throws IOException {
        Path file = Files.write(temp.resolve("bad.tar"), damagedTar());
        assertSortedOutWithReasons(file.toString(), 1);
    }

    @Test
    void aTarGzsFilesAreSortedOutWithReasons() throws IOException {
        Path file = temp.resolve("bad.tar.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(damagedTar());
        }
        assertSortedOutWithReasons(file.toString(), 1);
    }

    @Test
    void aZipsFilesAreSortedOutWithReasons() throws IOException {
        Path file = temp.resolve("bad.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : files.entrySet()) {
                add(out, entry.getKey(), entry.getValue());
            }
            add(out, "ant/../../up.png", ONE);
            rejected.put("ant/../../up.png", "its path must not contain ..");
            add(out, "/ant/absolute.png", ONE);
            rejected.put("/ant/absolute.png", "its path must not be absolute");
            add(out, "bee/twice.png", ONE);
            add(out, "bee/twice.png", OTHER);
            accepted.add("bee/twice.png");
            rejected.put("bee/twice.png", "bee/twice.png" + DUPLICATE);
            ZipArchiveEntry link = new ZipArchiveEntry("bee/link.png");
            link.setUnixMode(0120777);
            out.putArchiveEntry(link);
            out.write("/etc/passwd".getBytes(StandardCharsets.UTF_8));
            out.closeArchiveEntry();
            rejected.put("bee/link.png", LINK);
            ZipArchiveEntry stored = new ZipArchiveEntry("bee/wrong-checksum.png");
            stored.setMethod(ZipArchiveEntry.STORED);
            stored.setSize(ONE.length);
            stored.setCompressedSize(ONE.length);
            CRC32 crc = new CRC32();
            crc.update(OTHER);
            stored.setCrc(crc.getValue());
            out.addRawArchiveEntry(stored, new ByteArrayInputStream(ONE));
            rejected.put("bee/wrong-checksum.png", "it must have the archive's checksum");
            add(out, "bee/last.png", OTHER);
            accepted.add("bee/last.png");
        }
        assertSortedOutWithReasons(file.toString(), 0);
    }

    private static void add(ZipArchiveOutputStream out, String name, byte[] bytes) throws IOException {
        out.putArchiveEntry(new ZipArchiveEntry(name));
        out.write(bytes);
        out.closeArchiveEntry();
    }

    /** A tar with a damaged header in it, and cut off within its last file. */
    private byte[] damagedTar() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarArchiveOutputStream out = new TarArchiveOutputStream(bytes);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            add(out, new TarArchiveEntry(file.getKey()), file.getValue());
        }
        add(out, new TarArchiveEntry("ant/../../up.png"), ONE);
        rejected.put("ant/../../up.png", "its path must not contain ..");
        add(out, new TarArchiveEntry("/ant/absolute.png", true), ONE);
        rejected.put("/ant/absolute.png", "its path must not be absolute");
        for (byte type : new byte[] {
            TarArchiveEntry.LF_LINK,
            TarArchiveEntry.LF_SYMLINK,
            TarArchiveEntry.LF_CHR,
            TarArchiveEntry.LF_BLK,
            TarArchiveEntry.LF_FIFO
        }) {
            String name = "ant/special-%c.png".formatted(type);
            TarArchiveEntry special = new TarArchiveEntry(name, type);
            special.setLinkName("/etc/passwd");
            add(out, special, new byte[0]);
            rejected.put(name, LINK);
        }
        addSparse(out, "ant/sparse.png", "0,%d,2000000000,0".formatted(ONE.length));
        rejected.put("ant/sparse.png", "it must have at most 268435456 bytes");
        addSparse(out, "ant/no-map.png", "0,10");
        rejected.put("ant/no-map.png", "it must be whole: ");
        add(out, new TarArchiveEntry("bee/twice.png"), ONE);
        add(out, new TarArchiveEntry("bee/twice.png"), OTHER);
        add(out, new TarArchiveEntry("bee/twice.png"), ONE);
        accepted.add("bee/twice.png");
        rejected.put("bee/twice.png", "bee/twice.png" + DUPLICATE);
        out.flush();
        int damaged = bytes.size();
        add(out, new TarArchiveEntry("bee/lost.png"), ONE);
        rejected.put("@" + (damaged + 512), "a header has a wrong checksum");
        add(out, new TarArchiveEntry("bee/after.png"), OTHER);
        accepted.add("bee/after.png");
        out.flush();
        int last = bytes.size();
        add(out, new TarArchiveEntry("bee/cut.png"), ONE);
        rejected.put("bee/cut.png", "it must be whole: Truncated TAR archive");
        out.close();
        byte[] tar = Arrays.copyOf(bytes.toByteArray(), last + 512 + 100);
        tar[damaged + 5] ^= 1;
        return tar;
    }

    /** A file of 2 GB of which the tar has but a few bytes. @param map where they are in the file */
    private static void addSparse(TarArchiveOutputStream out, String name, String map) throws IOException {
        StringBuilder header = new StringBuilder();
        for (String record : new String[] {
            " GNU.sparse.size=2000000000\n",
            " GNU.sparse.numblocks=%d\n".formatted((map.split(",").length + 1) / 2),
            " GNU.sparse.map=" + map + "\n"
        }) {
            header.append(record.length() + 2).append(record);
        }
        add(
                out,
                new TarArchiveEntry("sparse", TarArchiveEntry.LF_PAX_EXTENDED_HEADER_LC),
                header.toString().getBytes(StandardCharsets.UTF_8));
        add(out, new TarArchiveEntry(name), ONE);
    }

    private static void add(TarArchiveOutputStream out, TarArchiveEntry entry, byte[] bytes) throws IOException {
        entry.setSize(bytes.length);
        out.putArchiveEntry(entry);
        out.write(bytes);
        out.closeArchiveEntry();
        out.flush();
    }

    @Test
    void aTarWithinATarLosesNoneButItsOwnFiles() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarArchiveOutputStream out = new TarArchiveOutputStream(bytes);
        for (String name : new String[] {"ant", "bee", "cat"}) {
            ByteArrayOutputStream inner = new ByteArrayOutputStream();
            try (TarArchiveOutputStream images = new TarArchiveOutputStream(inner)) {
                add(images, new TarArchiveEntry("1.png"), ONE);
                add(images, new TarArchiveEntry("2.png"), OTHER);
            }
            byte[] whole = inner.toByteArray();
            // Behind a file's header and its block, a header, and a part of a block.
            byte[] given = name.equals("bee") ? Arrays.copyOf(whole, 3 * 512 + 40) : whole;
            add(out, new TarArchiveEntry(name + ".tar"), given);
        }
        out.close();
        Path tar = Files.write(temp.resolve("all.tar"), bytes.toByteArray());
        Sharded sharded = shard(plan(tar, "", 0, "out"));
        assertThat(sharded.description().classes()).containsExactly("ant", "bee", "cat");
        assertThat(sharded.description().split("train").classExamples()).containsExactly(2L, 1L, 2L);
        assertThat(rejects(sharded)).containsOnlyKeys("train bee/2.png");
    }

    @Test
    void aWrongChecksumOfAGzipIsDamageSomewhere() throws IOException {
        Path tar = tar(images("images", 3), true);
        byte[] bytes = Files.readAllBytes(tar);
        bytes[bytes.length - 6] ^= 1;
        Files.write(tar, bytes);
        assertThatThrownBy(() -> shard(within(whole(), plan(tar, "", 0, "none"))))
                .hasMessageContaining("images.archive must be whole, or shard.damaged be accept: ")
                .hasMessageContaining("Corrupt GZIP trailer");
        Sharded sharded = shard(plan(tar, "", 0, "out"));
        assertThat(sharded.description().split("train").examples()).isEqualTo(6);
        assertThat(rejects(sharded)).containsValue("Corrupt GZIP trailer").hasSize(1);
    }
}
