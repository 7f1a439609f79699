package org.bigtransfer.spark.checkpoint;

import com.google.common.io.CountingOutputStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.BlockMissingException;
import org.apache.hadoop.security.AccessControlException;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.FlatVector;
import org.bigtransfer.spark.checkpoint.Marker.FileMark;
import org.bigtransfer.spark.storage.PublishedFile;
import org.bigtransfer.weights.WeightFile;
import org.bigtransfer.weights.WeightFile.Head;
import org.bigtransfer.weights.WeightFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run directory: {@code checkpoints/step-000500/{model.npz, momentum.npz, state-….json, COMMITTED}}.
 * A folder without {@code COMMITTED} is not there for readers, and is overwritten by writers. All streams.
 *
 * <p>A task that the driver has given up asks for leave in vain, but an upload that it has begun may still end, whenever
 * that is. It then replaces vectors by the same bytes, for all starts of a stage compute the same; a state, which tells
 * times, has a name of its own, and a marker names one that is still there. So a checkpoint stays whole.
 */
public final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final Pattern FOLDER = Pattern.compile("step-(\\d{6,})");
    private static final int BUFFER = 1 << 20;

    /** The file of a checkpoint that holds the parameters. */
    public static final String MODEL = "model.npz";

    private static final String MOMENTUM = "momentum.npz";

    private final FileSystem fs;
    private final Configuration conf;
    private final Path folder;

    /** Asked before anything is replaced, and again when all but the marker is written. */
    @FunctionalInterface
    public interface Leave {
        /** @throws IOException to leave everything as it is */
        void check() throws IOException;
    }

    @FunctionalInterface
    private interface Content<T> {
        T of(InputStream in) throws IOException;
    }

    @FunctionalInterface
    private interface Reading<T> {
        T run() throws IOException;
    }

    /** @param run the run directory, on any Hadoop file system */
    public Checkpoints(Configuration conf, String run) throws IOException {
        this.conf = conf;
        this.folder = new Path(run, "checkpoints");
        this.fs = folder.getFileSystem(conf);
    }

    /** The folder of a step's checkpoint. */
    public Path folder(long step) {
        return new Path(folder, String.format(Locale.ROOT, "step-%06d", step));
    }

    /** The steps that have a committed checkpoint, newest first. Looks at names alone. */
    public List<Long> committed() throws IOException {
        List<Long> steps = new ArrayList<>();
        for (long step : steps()) {
            if (fs.exists(new Path(folder(step), Marker.NAME))) {
                steps.add(step);
            }
        }
        return steps;
    }

    private List<Long> steps() throws IOException {
        List<Long> steps = new ArrayList<>();
        try {
            for (FileStatus status : fs.listStatus(folder)) {
                Matcher name = FOLDER.matcher(status.getPath().getName());
                if (name.matches()) {
                    steps.add(Long.valueOf(name.group(1)));
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        }
        steps.sort(Comparator.reverseOrder());
        return steps;
    }

    /**
     * Writes and commits a checkpoint, over whatever is there for that step. After a failure the one there may be gone, so
     * it must not be the only one: then {@link #restate} serves.
     *
     * @param leave asked before each file, and just before committing
     */
    public void write(
            long step, byte[] state, ParameterLayout layout, FlatVector parameters, FlatVector momentum, Leave leave)
            throws IOException {
        leave.check();
        Path target = folder(step);
        clear(target);
        TreeMap<String, FileMark> files = new TreeMap<>();
        files.put(MODEL, write(new Path(target, MODEL), out -> WeightFile.write(out, layout, parameters)));
        leave.check();
        files.put(MOMENTUM, write(new Path(target, MOMENTUM), out -> WeightFile.write(out, layout, momentum)));
        leave.check();
        String name = Marker.stateName();
        files.put(name, write(new Path(target, name), out -> out.write(state)));
        commit(target, new Marker(files), leave);
    }

    /**
     * Gives a committed checkpoint another state. Whatever fails, it stays whole, with the old state or the new.
     *
     * @param leave asked before and just before committing
     */
    public void restate(long step, byte[] state, Leave leave) throws IOException {
        leave.check();
        Path target = folder(step);
        Marker before = marker(step);
        String old = before.state().orElseThrow();
        String name = Marker.stateName();
        TreeMap<String, FileMark> files = new TreeMap<>(before.files());
        files.remove(old);
        files.put(name, write(new Path(target, name), out -> out.write(state)));
        commit(target, new Marker(files), leave);
        fs.delete(new Path(target, old), false);
    }

    private void commit(Path target, Marker marker, Leave leave) throws IOException {
        leave.check();
        PublishedFile.write(conf, new Path(target, Marker.NAME), marker.toJson());
    }

    private FileMark write(Path path, PublishedFile.Content content) throws IOException {
        CRC32C crc = new CRC32C();
        AtomicLong bytes = new AtomicLong();
        PublishedFile.write(conf, path, out -> {
            CountingOutputStream counted = new CountingOutputStream(new CheckedOutputStream(out, crc));
            OutputStream buffered = new BufferedOutputStream(counted, BUFFER);
            content.writeTo(buffered);
            buffered.flush();
            bytes.set(counted.getCount());
        });
        requireLength(path, bytes.get());
        return new FileMark(bytes.get(), hex(crc));
    }

    private void requireLength(Path path, long bytes) throws IOException {
        long there = fs.getFileStatus(path).getLen();
        if (there != bytes) {
            throw new CheckpointException("%s must have %d bytes: %d".formatted(path, bytes, there));
        }
    }

    /**
     * Keeps the newest {@code keep} committed checkpoints and that of step {@code best}; removes all older ones.
     *
     * @param written the step of a checkpoint just written, the newest good one: what a broken-off attempt left of later
     *     steps is not counted
     */
    public void retain(long written, int keep, long best) throws IOException {
        List<Long> committed =
                committed().stream().filter(step -> step <= written).toList();
        if (committed.size() < keep) {
            return;
        }
        long oldest = committed.get(keep - 1);
        for (long step : steps()) {
            if (step < oldest && step != best) {
                discard(folder(step));
            }
        }
    }

    /** Makes room for another checkpoint of the step. States stay, for the marker of one may be on its way. */
    private void clear(Path target) throws IOException {
        fs.delete(new Path(target, Marker.NAME), false);
        try {
            for (FileStatus file : fs.listStatus(target)) {
                if (!Marker.isState(file.getPath().getName())) {
                    fs.delete(file.getPath(), true);
                }
            }
        } catch (FileNotFoundException e) {
            // as there is nothing yet
        }
    }

    /** The marker goes first, so that no reader takes what is being removed for whole. */
    private void discard(Path target) throws IOException {
        fs.delete(new Path(target, Marker.NAME), false);
        fs.delete(target, true);
    }

    /**
     * The newest checkpoint whose files are all as committed; reads every byte. A damaged one is passed over with a
     * warning.
     *
     * @return empty when nothing was ever committed
     * @throws CheckpointException when there are committed checkpoints and all are damaged
     * @throws IOException when one cannot be read, which may be the store's failure and pass
     */
    public Optional<Checkpoint> newestIntact() throws IOException {
        List<String> damages = new ArrayList<>();
        for (long step : committed()) {
            try {
                return Optional.of(intact(step));
            } catch (CheckpointException e) {
                LOG.warn("checkpoint of step {} is passed over: {}", step, e.getMessage());
                damages.add(e.getMessage());
            }
        }
        if (!damages.isEmpty()) {
            throw new CheckpointException("%s must hold one intact checkpoint; all are damaged: %s"
                    .formatted(folder, String.join("; ", damages)));
        }
        return Optional.empty();
    }

    /**
     * The checkpoint of a step; reads every byte.
     *
     * @throws CheckpointException naming the file that is not as committed
     */
    public Checkpoint intact(long step) throws IOException {
        Marker marker = marker(step);
        for (String file : List.of(MODEL, MOMENTUM)) {
            read(step, file, marker, in -> in);
        }
        return new Checkpoint(step, read(step, marker.state().orElseThrow(), marker, InputStream::readAllBytes));
    }

    /**
     * Reads a committed checkpoint's vectors.
     *
     * @throws CheckpointException when a file is not as committed
     */
    public void read(long step, ParameterLayout layout, FlatVector parameters, FlatVector momentum) throws IOException {
        Marker marker = marker(step);
        readVector(step, MODEL, marker, layout, parameters);
        readVector(step, MOMENTUM, marker, layout, momentum);
    }

    /** As {@link #read}, of the parameters alone. */
    public void readModel(long step, ParameterLayout layout, FlatVector parameters) throws IOException {
        readVector(step, MODEL, marker(step), layout, parameters);
    }

    private void readVector(long step, String file, Marker marker, ParameterLayout layout, FlatVector into)
            throws IOException {
        String name = new Path(folder(step), file).toString();
        try {
            read(step, file, marker, in -> {
                WeightFile.read(in, name, layout, Head.KEEP, into);
                return into;
            });
        } catch (WeightFileException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
    }

    private Marker marker(long step) throws IOException {
        Path path = new Path(folder(step), Marker.NAME);
        Marker marker = Marker.parse(reading(path, () -> bytes(path)), path.toString());
        Set<String> names = marker.files().keySet();
        if (!names.containsAll(List.of(MODEL, MOMENTUM)) || marker.state().isEmpty()) {
            throw new CheckpointException(
                    "%s must list %s, %s and a state: %s".formatted(path, MODEL, MOMENTUM, names));
        }
        return marker;
    }

    private byte[] bytes(Path path) throws IOException {
        try (InputStream in = fs.open(path)) {
            return in.readAllBytes();
        }
    }

    private <T> T read(long step, String file, Marker marker, Content<T> content) throws IOException {
        Path path = new Path(folder(step), file);
        FileMark mark = marker.files().get(file);
        return reading(path, () -> {
            requireLength(path, mark.bytes());
            CRC32C crc = new CRC32C();
            try (InputStream in = new BufferedInputStream(new CheckedInputStream(fs.open(path), crc), BUFFER)) {
                T result = content.of(in);
                in.transferTo(OutputStream.nullOutputStream());
                if (!hex(crc).equals(mark.crc32c())) {
                    throw new CheckpointException(
                            "%s must have the CRC-32C %s: %s".formatted(path, mark.crc32c(), hex(crc)));
                }
                return result;
            }
        });
    }

    /**
     * Tells what shows that a file is damaged from what may pass, such as a store that does not answer. An EOFException
     * shows nothing: HDFS's client throws it where a NameNode goes down, and lengths are looked at.
     */
    private static <T> T reading(Path path, Reading<T> reading) throws IOException {
        try {
            return reading.run();
        } catch (FileNotFoundException | ChecksumException | BlockMissingException e) {
            throw new CheckpointException("%s must be whole: %s".formatted(path, e.getMessage()), e);
        } catch (CheckpointException | WeightFileException | AccessControlException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "%s must be readable, and nothing shows that it is damaged (should that last, remove its folder to go on from the checkpoint before): %s"
                            .formatted(path, e),
                    e);
        }
    }

    private static String hex(CRC32C crc) {
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
