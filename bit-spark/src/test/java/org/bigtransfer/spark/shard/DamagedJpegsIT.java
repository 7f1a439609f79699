package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.bigtransfer.spark.input.BadImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thousand real photographs, or drawn ones where there are none, each damaged at random. */
class DamagedJpegsIT extends Sharding {
    private static final int COUNT = 1000;
    private static final int SMALL = 40_000;

    /** The damaged header of a small file may say that it is as large as is allowed: four of these at once fit the heap. */
    private static final long PIXELS = 40_000_000;

    @Test
    @Timeout(600)
    void areAcceptedOrRejectedAndEndNothing() throws IOException {
        List<byte[]> photographs = photographs();
        SplittableRandom random = new SplittableRandom(20);
        Path tar = temp.resolve("damaged.tar");
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
            for (int i = 0; i < COUNT; i++) {
                byte[] damaged = damaged(photographs.get(i % photographs.size()), random);
                TarArchiveEntry entry = new TarArchiveEntry("class-%d/%d.jpg".formatted(i % 2, i));
                entry.setSize(damaged.length);
                out.putArchiveEntry(entry);
                out.write(damaged);
                out.closeArchiveEntry();
            }
        }
        Limits limits = new Limits(Limits.NONE.fileBytes(), PIXELS, Limits.NONE.members(), 1, Limits.Damage.REFUSE);
        Sharded sharded = shard(within(limits, sized(1 << 23, 1 << 24, plan(tar, "", 0, "out"))));
        long accepted = sharded.description().split("train").examples();
        assertThat(accepted + sharded.description().rejected().get("train")).isEqualTo(COUNT);
        assertThat(accepted).isBetween(COUNT / 10L, COUNT * 9L / 10);
        assertThat(rejects(sharded).values())
                .allSatisfy(reason -> assertThat(reason).isNotBlank());
    }

    private static List<byte[]> photographs() throws IOException {
        Path samples = Path.of(System.getProperty("bit.shared", "../../shared"), "data/imagenet-samples.tar");
        if (!Files.exists(samples)) {
            return List.of(
                    BadImages.accepted().get("plain.jpg"), BadImages.accepted().get("grey.jpg"));
        }
        List<byte[]> photographs = new ArrayList<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(samples))) {
            for (TarArchiveEntry entry = in.getNextTarEntry(); entry != null; entry = in.getNextTarEntry()) {
                if (entry.isFile() && entry.getSize() < SMALL) {
                    photographs.add(in.readAllBytes());
                }
            }
        }
        return photographs;
    }

    private static byte[] damaged(byte[] file, SplittableRandom random) {
        byte[] bytes = file.clone();
        int header = Math.min(700, bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> flip(bytes, bytes.length, 1 + random.nextInt(20), random);
            case 2 -> flip(bytes, header, 1 + random.nextInt(5), random);
            case 3 -> {
                int from = random.nextInt(bytes.length);
                Arrays.fill(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(4096)), (byte) 0);
            }
            case 4 -> {
                byte[] noise = new byte[1 + random.nextInt(Math.min(4096, bytes.length))];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, random.nextInt(bytes.length - noise.length + 1), noise.length);
            }
            default -> {
                // A part twice, as of a transfer that was resumed in the wrong place.
                int at = random.nextInt(bytes.length);
                byte[] longer = Arrays.copyOf(bytes, bytes.length + at);
                System.arraycopy(bytes, 0, longer, bytes.length, at);
                bytes = longer;
            }
        }
        return bytes;
    }

    private static void flip(byte[] bytes, int within, int times, SplittableRandom random) {
        for (int i = 0; i < times; i++) {
            bytes[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
        }
    }
}
