package org.bigtransfer.spark.shard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Layout;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.shard.PartWriter.Written;
import org.bigtransfer.spark.storage.Digests;

/**
 * The folder that becomes the dataset, and what is there before.
 *
 * @param existing the dataset there; empty when there is none, or none that this code can read
 */
record Target(Configuration conf, ShardPlan plan, Optional<DatasetDescription> existing) {
    /** Looks what is there. @throws DatasetException when it would be refused whatever the images are */
    static Target of(Configuration conf, ShardPlan plan) throws IOException {
        Optional<DatasetDescription> existing = Optional.empty();
        try {
            existing = DatasetFile.find(conf, plan.dataset());
        } catch (DatasetException e) {
            if (!plan.overwrite()) {
                throw e;
            }
        }
        Target target = new Target(conf, plan, existing);
        if (!plan.overwrite()
                && existing.isPresent()
                && !existing.get().layout().equals(target.layout())) {
            throw target.refused("another layout, " + existing.get().layout());
        }
        return target;
    }

    private DatasetException refused(String what) {
        return new DatasetException("a dataset must not be replaced unless overwriting is allowed: %s has %s"
                .formatted(plan.dataset(), what));
    }

    /** How rows are to be laid out. */
    Layout layout() {
        return new Layout(plan.seed(), plan.rowGroupBytes(), plan.fileBytes());
    }

    /** What names of files say of content and layout. */
    String fingerprint(String contentHash) {
        return Digests.hex(Digests.number(contentHash, layout().toString())).substring(0, 12);
    }

    /**
     * The dataset that is there if it is already what would be written, whole.
     *
     * @throws DatasetException when it is another one that must stay
     */
    Optional<DatasetDescription> alreadyDone(String contentHash, Map<String, Long> rejected) throws IOException {
        if (existing.isEmpty()) {
            return Optional.empty();
        }
        DatasetDescription there = existing.get();
        boolean same = there.contentHash().equals(contentHash);
        if (!same && !plan.overwrite()) {
            throw refused("other content, hash %s instead of %s".formatted(there.contentHash(), contentHash));
        }
        boolean done =
                same && there.layout().equals(layout()) && there.rejected().equals(rejected) && isWhole(there);
        return done ? existing : Optional.empty();
    }

    private boolean isWhole(DatasetDescription there) throws IOException {
        for (Split split : there.splits().values()) {
            for (DataFile file : split.files()) {
                Path path = new Path(plan.dataset(), file.path());
                FileSystem fs = path.getFileSystem(conf);
                if (!fs.exists(path) || fs.getFileStatus(path).getLen() != file.bytes()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Makes the folder the dataset, and removes what an older one or a killed job left. */
    void publish(DatasetDescription description, Collection<Written> written) throws IOException {
        DatasetFile.write(conf, plan.dataset(), description);
        Set<String> ours = written.stream().map(file -> file.file().path()).collect(Collectors.toSet());
        removeAllBut(ours::contains);
    }

    /** Removes what a job left that was killed after it had published this dataset over an older one. */
    void removeLeftovers(DatasetDescription published, String fingerprint) throws IOException {
        Set<String> ours = published.splits().values().stream()
                .flatMap(split -> split.files().stream())
                .map(DataFile::path)
                .collect(Collectors.toSet());
        // Rejects are not listed, but named alike.
        removeAllBut(path -> ours.contains(path) || path.endsWith("-" + fingerprint + ".parquet"));
    }

    /** Removes files of splits and rejects. @param ours which ones stay, by their paths relative to the dataset */
    private void removeAllBut(Predicate<String> ours) throws IOException {
        for (String split : List.of(DatasetDescription.TRAIN, DatasetDescription.VALIDATION, PartWriter.REJECTS)) {
            Path folder = new Path(plan.dataset(), PartWriter.folder(split));
            FileSystem fs = folder.getFileSystem(conf);
            for (FileStatus file : list(fs, folder)) {
                if (file.isFile()
                        && !ours.test(folder.getName() + "/" + file.getPath().getName())) {
                    fs.delete(file.getPath(), false);
                }
            }
        }
    }

    private static FileStatus[] list(FileSystem fs, Path folder) throws IOException {
        try {
            return fs.listStatus(folder);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }
}
