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
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.input.BadImages;
import org.bigtransfer.spark.input.ImageSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each file of a bad input is in the dataset or in the rejects, exactly once, and what is undamaged is in the dataset. */
class BadInputIT extends Sharding {
    private static final byte[] ONE = TinyDataset.png(1);
    private static final byte[] OTHER = TinyDataset.png(2);
    private static final String LINK = "it must be a file, not a link or a device";
    private static final String DUPLICATE = " is left out: another image of its class has its name";

    /** Why files of {@link BadImages} are rejected: the beginning of it. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("bomb.jpg", "an image must have at most 178956970 pixels: 65500×65500"),
            Map.entry("bomb.png", "an image must have at most 178956970 pixels: 50000×50000"),
            Map.entry("bomb.gif", "an image must have at most 178956970 pixels: 65535×65535"),
            Map.entry("bomb.bmp", "an image must have at most 178956970 pixels: 100000×100000"),
            Map.entry("zero-byte.jpg", "empty file"),
            Map.entry("truncated.jpg", "truncated JPEG"),
            Map.entry("truncated-header.jpg", "truncated file: 100 bytes"),
            Map.entry("truncated.png", "truncated file: "),
            Map.entry("wrong-checksum.png", "damaged PNG: wrong checksum of chunk IDAT"),
            Map.entry("text.jpg", "not a JPEG, PNG, GIF or BMP file"),
            Map.entry("html.jpg", "not a JPEG, PNG, GIF or BMP file"),
            Map.entry("image.webp", "not a JPEG, PNG, GIF or BMP file"),
            Map.entry("image.tif", "not a JPEG, PNG, GIF or BMP file"));

    /** What the bad files lie in, with bad things of its own. */
    enum Container {
        FOLDER {
            @Override
            String write(Path temp, Map<String, byte[]> files, Map<String, String> rejects, Set<String> ids)
                    throws IOException {
                SpoiltFileSystem.use();
                for (Map.Entry<String, byte[]> file : files.entrySet()) {
                    Path path = temp.resolve("bad").resolve(file.getKey());
                    Files.createDirectories(path.getParent());
                    Files.write(path, file.getValue());
                }
                Path bad = temp.resolve("bad");
                Files.createDirectories(bad.resolve("more/ant"));
                Files.write(bad.resolve("more/ant/plain.jpg"), ONE);
                rejects.put("ant/plain.jpg", "more/ant/plain.jpg" + DUPLICATE);
                Files.createDirectories(bad.resolve("bee"));
                for (String name : new String[] {"forbidden.png", "vanished.png", "flaky.png"}) {
                    Files.write(bad.resolve("bee/" + name), ONE);
                }
                ids.add("bee/flaky.png");
                rejects.put("bee/forbidden.png", "it must be readable: Permission denied");
                rejects.put("bee/vanished.png", "it must be readable: gone");
                Files.createDirectories(bad.resolve("locked"));
                Files.write(bad.resolve("locked/1.png"), ONE);
                rejects.put("locked", "it must be a folder that can be listed");
                pipe(bad.resolve("bee/pipe.png"));
                rejects.put("bee/pipe.png", "empty file");
                return SpoiltFileSystem.SCHEME + ":" + bad;
            }
        },
        TAR {
            @Override
            String write(Path temp, Map<String, byte[]> files, Map<String, String> rejects, Set<String> ids)
                    throws IOException {
                Path file = temp.resolve("bad.tar");
                Files.write(file, tar(files, rejects, ids));
                return file.toString();
            }
        },
        TAR_GZ {
            @Override
            String write(Path temp, Map<String, byte[]> files, Map<String, String> rejects, Set<String> ids)
                    throws IOException {
                Path file = temp.resolve("bad.tar.gz");
                try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
                    out.write(tar(files, rejects, ids));
                }
                return file.toString();
            }
        },
        ZIP {
            @Override
            String write(Path temp, Map<String, byte[]> files, Map<String, String> rejects, Set<String> ids)
                    throws IOException {
                Path file = temp.resolve("bad.zip");
                try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(Files.newOutputStream(file))) {
                    for (Map.Entry<String, byte[]> entry : files.entrySet()) {
                        add(out, entry.getKey(), entry.getValue());
                    }
                    add(out, "ant/../../up.png", ONE);
                    rejects.put("ant/../../up.png", "its path must not contain ..");
                    add(out, "/ant/absolute.png", ONE);
                    rejects.put("/ant/absolute.png", "its path must not be absolute");
                    add(out, "bee/twice.png", ONE);
                    add(out, "bee/twice.png", OTHER);
                    ids.add("bee/twice.png");
                    rejects.put("bee/twice.png", "bee/twice.png" + DUPLICATE);
                    ZipArchiveEntry link = new ZipArchiveEntry("bee/link.png");
                    link.setUnixMode(0120777);
                    out.putArchiveEntry(link);
                    out.write("/etc/passwd".getBytes(StandardCharsets.UTF_8));
                    out.closeArchiveEntry();
                    rejects.put("bee/link.png", LINK);
                    ZipArchiveEntry stored = new ZipArchiveEntry("bee/wrong-checksum.png");
                    stored.setMethod(ZipArchiveEntry.STORED);
                    stored.setSize(ONE.length);
                    stored.setCompressedSize(ONE.length);
                    CRC32 crc = new CRC32();
                    crc.update(OTHER);
                    stored.setCrc(crc.getValue());
                    out.addRawArchiveEntry(stored, new ByteArrayInputStream(ONE));
                    rejects.put("bee/wrong-checksum.png", "it must have the archive's checksum");
                    add(out, "bee/last.png", OTHER);
                    ids.add("bee/last.png");
                }
                return file.toString();
            }
        };

        /** @param rejects gets the beginnings of reasons by image @param ids gets those that are accepted */
        abstract String write(Path temp, Map<String, byte[]> files, Map<String, String> rejects, Set<String> ids)
                throws IOException;

        private static void add(ZipArchiveOutputStream out, String name, byte[] bytes) throws IOException {
            out.putArchiveEntry(new ZipArchiveEntry(name));
            out.write(bytes);
            out.closeArchiveEntry();
        }
    }

    /** A tar with a damaged header in it, and cut off within its last file. */
    private static byte[] tar(Map<String, byte[]> files, Map<String, String> rejects, Set<String> ids)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarArchiveOutputStream out = new TarArchiveOutputStream(bytes);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            add(out, new TarArchiveEntry(file.getKey()), file.getValue());
        }
        add(out, new TarArchiveEntry("ant/../../up.png"), ONE);
        rejects.put("ant/../../up.png", "its path must not contain ..");
        add(out, new TarArchiveEntry("/ant/absolute.png", true), ONE);
        rejects.put("/ant/absolute.png", "its path must not be absolute");
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
            rejects.put(name, LINK);
        }
        addSparse(out, "ant/sparse.png", "0,%d,2000000000,0".formatted(ONE.length));
        rejects.put("ant/sparse.png", "it must have at most 268435456 bytes");
        addSparse(out, "ant/no-map.png", "0,10");
        rejects.put("ant/no-map.png", "it must be whole: ");
        add(out, new TarArchiveEntry("bee/twice.png"), ONE);
        add(out, new TarArchiveEntry("bee/twice.png"), OTHER);
        add(out, new TarArchiveEntry("bee/twice.png"), ONE);
        ids.add("bee/twice.png");
        rejects.put("bee/twice.png", "bee/twice.png" + DUPLICATE);
        out.flush();
        int damaged = bytes.size();
        add(out, new TarArchiveEntry("bee/lost.png"), ONE);
        rejects.put("@" + (damaged + 512), "a header has a wrong checksum");
        add(out, new TarArchiveEntry("bee/after.png"), OTHER);
        ids.add("bee/after.png");
        out.flush();
        int last = bytes.size();
        add(out, new TarArchiveEntry("bee/cut.png"), ONE);
        rejects.put("bee/cut.png", "it must be whole: Truncated TAR archive");
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

    @ParameterizedTest
    @EnumSource
    void isSortedOutWithReasons(Container container) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        Map<String, String> expected = new TreeMap<>();
        Set<String> ids = new TreeSet<>();
        BadImages.accepted().forEach((name, bytes) -> {
            files.put("ant/" + name, bytes);
            ids.add("ant/" + name);
        });
        BadImages.rejected().forEach((name, bytes) -> {
            files.put("ant/" + name, bytes);
            expected.put("ant/" + name, REASONS.get(name));
        });
        files.put("stray.png", ONE);
        expected.put("stray.png", "it must lie in a class folder");
        String location = container.write(temp, files, expected, ids);
        ShardPlan plan = plan(ImageSource.at(location), ImageSource.NONE, 0, "out");

        Sharded sharded = shard(plan);
        Map<String, Row> rows = new HashMap<>();
        spark.read()
                .parquet(sharded.folder().resolve("split=train").toString())
                .collectAsList()
                .forEach(row -> assertThat(rows.put(row.getString(0), row)).isNull());
        assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(ids);
        BadImages.accepted().forEach((name, bytes) -> {
            assertThat(rows.get("ant/" + name).<byte[]>getAs("image")).isEqualTo(bytes);
            assertThat(rows.get("ant/" + name).<Integer>getAs("width")).as(name).isEqualTo(20);
            assertThat(rows.get("ant/" + name).<Integer>getAs("height"))
                    .as(name)
                    .isEqualTo(10);
        });
        String archive =
                Path.of(location.replaceFirst("^[a-z]+:", "")).getFileName().toString();
        Map<String, String> rejects = rejects(sharded);
        assertThat(rejects.keySet().stream()
                        .map(name -> name.substring("train ".length()).replace(archive + "@", "@")))
                .containsExactlyInAnyOrderElementsOf(expected.keySet());
        rejects.forEach((name, reason) -> assertThat(reason)
                .as(name)
                .startsWith(expected.get(name.substring("train ".length()).replace(archive + "@", "@"))));
        // Another run, other tasks, the same bytes; and not one file too many.
        long twice = container == Container.TAR || container == Container.TAR_GZ ? 1 : 0;
        assertThat(sharded.description().rejected()).containsExactly(Map.entry("train", rejects.size() + twice));

        Limits few = new Limits(
                Limits.NONE.fileBytes(), Limits.NONE.pixels(), Limits.NONE.members(), 0.1, Limits.Damage.ACCEPT);
        assertThatThrownBy(() -> shard(within(few, plan(ImageSource.at(location), ImageSource.NONE, 0, "few"))))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("%s must have at most 0.1 of its files rejected (shard.max-rejects): %d of %d ["
                        .formatted(location, rejects.size() + twice, rejects.size() + twice + ids.size()));
        assertThat(temp.resolve("few")).doesNotExist();
    }

    @Test
    void limitsAreSettings() throws IOException {
        Path images = images("images", 3);
        Files.write(images.resolve("ant/large.png"), BadImages.accepted().get("large-profile.jpg"));
        Limits small = new Limits(1_000_000, 150, Limits.NONE.members(), 1, Limits.Damage.REFUSE);
        Files.write(images.resolve("ant/wide.png"), BadImages.accepted().get("png-named.JPEG"));
        Map<String, String> rejects = rejects(shard(within(small, plan(images, "", 0, "out"))));
        assertThat(rejects).hasSize(2);
        assertThat(rejects.get("train ant/large.png")).isEqualTo("it must have at most 1000000 bytes");
        assertThat(rejects.get("train ant/wide.png")).isEqualTo("an image must have at most 150 pixels: 20×10");
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

    /** Images that the storage cannot read just now must not be left out of the dataset. */
    @Test
    void anOutageOfTheStorageEndsTheJobAndRejectsNothing() throws IOException {
        SpoiltFileSystem.use();
        Path images = images("images", 3);
        Files.write(images.resolve("ant/unreadable.png"), ONE);
        Path zip = temp.resolve("outage.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(Files.newOutputStream(zip))) {
            for (int i = 0; i < 100; i++) {
                Container.add(out, "ant/%d.png".formatted(i), TinyDataset.png(i));
            }
        }
        for (Path input : new Path[] {images, zip}) {
            ImageSource source = ImageSource.at(SpoiltFileSystem.SCHEME + ":" + input);
            assertThatThrownBy(() -> shard(plan(source, ImageSource.NONE, 0, "out")))
                    .hasStackTraceContaining("%s must be readable: Input/output error"
                            .formatted(input.equals(zip) ? "outage.zip" : "ant/unreadable.png"));
            assertThat(temp.resolve("out/dataset.json")).doesNotExist();
        }
    }

    @Test
    void linksAreFollowedOnceAndThoseThatLeadNowhereOrBackAreRejected() throws IOException {
        Path images = images("images", 3);
        Files.createSymbolicLink(images.resolve("ant/linked.png"), Path.of("../bee/0.png"));
        Files.createSymbolicLink(images.resolve("cat"), images.resolve("ant"));
        Files.createSymbolicLink(images.resolve("bee/nothing.png"), Path.of("gone.png"));
        Files.createSymbolicLink(images.resolve("bee/itself.png"), Path.of("itself.png"));
        Files.createSymbolicLink(images.resolve("bee/.hidden"), Path.of("gone.png"));
        Files.createSymbolicLink(images.resolve("bee/here"), Path.of("."));
        Files.createSymbolicLink(images.resolve("bee/above"), temp);
        Files.createDirectories(images.resolve("dog/to"));
        Files.createDirectories(images.resolve("eel/to"));
        Files.createSymbolicLink(images.resolve("dog/to/eel"), images.resolve("eel"));
        Files.createSymbolicLink(images.resolve("eel/to/dog"), images.resolve("dog"));
        Files.write(images.resolve("dog/1.png"), ONE);
        Sharded sharded = shard(plan(images, "", 0, "out"));
        assertThat(sharded.description().classes()).containsExactly("ant", "bee", "cat", "dog", "to");
        assertThat(sharded.description().split("train").classExamples()).containsExactly(4L, 3L, 4L, 1L, 0L);
        String back = "it must not be a link to a folder that it lies in";
        String nothing = "it must not be a link to nothing";
        assertThat(rejects(sharded))
                .containsEntry("train bee/nothing.png", nothing)
                .containsEntry("train bee/itself.png", nothing)
                .containsEntry("train bee/here", back)
                .containsEntry("train bee/above", back)
                .containsEntry("train to/eel", back)
                .containsEntry("train to/dog", back)
                .containsEntry(
                        "train dog/1.png", "eel/to/dog/1.png is left out: another image of its class has its name")
                .hasSize(7);
    }
}
