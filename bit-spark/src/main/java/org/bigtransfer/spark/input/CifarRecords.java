package org.bigtransfer.spark.input;

import com.google.common.collect.AbstractIterator;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.bigtransfer.preprocess.RgbImage;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.CifarArchive.Batch;

/** The selected images of CIFAR's archive, in its order, one in memory at a time. */
final class CifarRecords extends AbstractIterator<InputFile> {
    private final TarArchiveInputStream tar;
    private final CifarInput input;
    private final String source;
    private String file = "";
    private long records;
    private long number;

    CifarRecords(TarArchiveInputStream tar, CifarInput input, String source) {
        this.tar = tar;
        this.input = input;
        this.source = source;
    }

    @Override
    protected InputFile computeNext() {
        int length = input.labels() + CifarArchive.PIXELS;
        try {
            while (number < records || nextFile(length)) {
                byte[] record = tar.readNBytes(length);
                if (record.length < length) {
                    throw new IOException("it ends within " + file);
                }
                long current = number++;
                if (isSelected(current)) {
                    return image(record, current);
                }
            }
            tar.close();
            return endOfData();
        } catch (IOException e) {
            throw new UncheckedIOException(new DatasetException(
                    "%s must be a whole tar archive: %s".formatted(input.location(), e.getMessage()), e));
        }
    }

    private boolean nextFile(int length) throws IOException {
        TarArchiveEntry entry = tar.getNextTarEntry();
        while (entry != null && !input.has(CifarArchive.name(entry))) {
            entry = tar.getNextTarEntry();
        }
        if (entry == null) {
            return false;
        }
        file = CifarArchive.name(entry);
        Batch batch = input.batches().get(file);
        if (batch == null) {
            records = entry.getSize() / length;
        } else {
            records = batch.labels().length;
            tar.skipNBytes(batch.offset());
        }
        number = 0;
        return true;
    }

    private boolean isSelected(long record) {
        return input.ranges().stream()
                .anyMatch(range -> range.shard().file().equals(file) && record >= range.from() && record < range.to());
    }

    private InputFile image(byte[] record, long index) {
        String within = file.endsWith(".bin") ? file.substring(0, file.length() - ".bin".length()) : file;
        Batch batch = input.batches().get(file);
        int label = batch == null ? record[input.labels() - 1] & 0xff : batch.labels()[(int) index];
        if (label < 0 || label >= input.classes().size()) {
            String reason =
                    "its label must be in 0..%d: %d".formatted(input.classes().size() - 1, label);
            return InputFile.numberedReject(source, within, index, reason);
        }
        byte[] rgb = new byte[CifarArchive.PIXELS];
        int plane = CifarArchive.PIXELS / 3;
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = record[input.labels() + i % 3 * plane + i / 3];
        }
        byte[] png = PngFile.encode(new RgbImage(CifarArchive.SIDE, CifarArchive.SIDE, rgb));
        return InputFile.numbered(source, input.classes().get(label), within, index, png);
    }
}
