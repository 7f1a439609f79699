package org.bigtransfer.spark.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.dataset.DatasetException;

/** Tells what a source is by its first bytes, or by the files in a folder; never by a name. */
final class Recognition {
    private static final int START = 1 << 16;
    private static final int SHOWN = 8;
    private static final String PARQUET = "PAR1";
    private static final String TAKEN =
            "images must be a folder of class folders, a tar, tar.gz or zip of one, the folder of a TFDS dataset, CIFAR's"
                    + " archive, Parquet, or a CSV or TSV of paths and labels; %s is %s";

    private Recognition() {}

    /** @throws DatasetException when it is nothing of the kind, saying what it looks like */
    static InputFormat of(Configuration conf, FileStatus status, String location) throws IOException {
        Path path = status.getPath();
        if (status.isDirectory()) {
            if (TfdsFolder.isOne(conf, path)) {
                return InputFormat.TFDS;
            }
            return ParquetFiles.in(conf, path).isEmpty() ? InputFormat.FOLDER : InputFormat.PARQUET;
        }
        try (InputStream raw = path.getFileSystem(conf).open(path);
                InputStream stream = Input.unzipped(raw)) {
            byte[] start = start(stream);
            if (ZipArchiveInputStream.matches(start, start.length)) {
                return InputFormat.ZIP;
            }
            if (TarArchiveInputStream.matches(start, start.length)) {
                return CifarArchive.isOne(conf, location) ? InputFormat.CIFAR : InputFormat.TAR;
            }
            if (begins(start, PARQUET)) {
                return InputFormat.PARQUET;
            }
            return table(start).orElseThrow(() -> new DatasetException(TAKEN.formatted(location, described(start))));
        } catch (DatasetException e) {
            throw e;
        } catch (IOException e) {
            throw new DatasetException("%s must be readable: %s".formatted(location, e.getMessage()), e);
        }
    }

    /** As much as there is whole: what a cut-off archive is can still be told, and then said of it. */
    private static byte[] start(InputStream stream) throws IOException {
        byte[] start = new byte[START];
        int count = 0;
        try {
            for (int read = 0; read >= 0; read = stream.read(start, count, START - count)) {
                count += read;
                if (count == START) {
                    break;
                }
            }
        } catch (EOFException | ZipException e) {
            if (count == 0) {
                throw e;
            }
        }
        return Arrays.copyOf(start, count);
    }

    private static Optional<InputFormat> table(byte[] start) {
        String line = text(start).lines().findFirst().orElse("");
        if (line.indexOf('\t') >= 0) {
            return Optional.of(InputFormat.TSV);
        }
        return line.indexOf(',') >= 0 ? Optional.of(InputFormat.CSV) : Optional.empty();
    }

    /** The bytes if they are text; empty if they are not. */
    private static String text(byte[] start) {
        // The last character may be cut off.
        int end = start.length;
        while (end > 0 && start.length - end < 4 && start.length == START && start[end - 1] < 0) {
            end--;
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(start, 0, end))
                    .toString();
            boolean plain = text.chars().allMatch(c -> c >= ' ' || c == '\t' || c == '\n' || c == '\r');
            return plain ? text : "";
        } catch (CharacterCodingException e) {
            return "";
        }
    }

    private static String described(byte[] start) {
        if (start.length == 0) {
            return "an empty file";
        }
        if (begins(start, "\u00ff\u00d8\u00ff") || begins(start, "\u0089PNG") || begins(start, "GIF8")) {
            return "a single image";
        }
        if (!text(start).isEmpty()) {
            return "text without a comma or a tab in its first line";
        }
        byte[] shown = Arrays.copyOf(start, Math.min(SHOWN, start.length));
        return "a file that begins with " + HexFormat.ofDelimiter(" ").formatHex(shown);
    }

    private static boolean begins(byte[] start, String with) {
        byte[] expected = with.getBytes(StandardCharsets.ISO_8859_1);
        return start.length >= expected.length
                && Arrays.equals(start, 0, expected.length, expected, 0, expected.length);
    }
}
