package org.bigtransfer.spark.input;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.TfRecordFile.Frame;

/** The selected examples of a TFRecord file, in its order, one in memory at a time. */
final class TfdsExamples implements Iterator<InputFile> {
    private static final String IMAGE = "image";
    private static final String ENCODED = "image/encoded";

    private final TfdsInput.Part part;
    private final LabelRule rule;
    private final String source;
    private final TfRecordFile file;
    private long next;
    /** Why no more records can be read; empty while they can. */
    private String damage = "";

    TfdsExamples(InputStream in, TfdsInput.Part part, LabelRule rule, String source) throws IOException {
        this.part = part;
        this.rule = rule;
        this.source = source;
        this.file = new TfRecordFile(part.path(), new BufferedInputStream(in, 1 << 16));
        try {
            for (long skipped = 0; skipped < part.range().from(); skipped++) {
                requireThere(file.skip(), skipped);
            }
        } catch (DatasetException e) {
            damage = e.getMessage();
        }
        next = part.range().from();
    }

    @Override
    public boolean hasNext() {
        return next < part.range().to();
    }

    @Override
    public InputFile next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            InputFile example = damage.isEmpty() ? read() : unread();
            next++;
            if (!hasNext()) {
                finish();
            }
            return example;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private InputFile read() throws IOException {
        try {
            Optional<Frame> frame = file.read();
            requireThere(frame.isPresent(), next);
            return example(frame.get(), next);
        } catch (DatasetException e) {
            damage = e.getMessage();
            return unread();
        }
    }

    private InputFile unread() {
        return InputFile.numberedReject(source, part.range().shard().file(), next, damage);
    }

    private InputFile example(Frame frame, long number) {
        String within = part.range().shard().file();
        if (!frame.reason().isEmpty()) {
            return InputFile.numberedReject(source, within, number, frame.reason());
        }
        try {
            TfExample example = TfExample.parse(frame.data());
            long label = rule.label(example);
            int classes = rule.classes().size();
            if (label < 0 || label >= classes) {
                String reason = "its label must be in 0..%d: %d".formatted(classes - 1, label);
                return InputFile.numberedReject(source, within, number, reason);
            }
            byte[] image = rule.image(example.bytes(example.has(ENCODED) ? ENCODED : IMAGE));
            return InputFile.numbered(source, rule.classes().get((int) label), within, number, image);
        } catch (RejectedImageException e) {
            return InputFile.numberedReject(source, within, number, e.getMessage());
        }
    }

    private void finish() throws IOException {
        if (damage.isEmpty() && next == part.range().shard().examples() && file.skip()) {
            throw wrongCount("more");
        }
        file.close();
    }

    private void requireThere(boolean there, long before) throws DatasetException {
        if (!there) {
            throw wrongCount(String.valueOf(before));
        }
    }

    private DatasetException wrongCount(String actual) {
        return new DatasetException("%s must have %d records, as its dataset says: %s"
                .formatted(part.path(), part.range().shard().examples(), actual));
    }
}
