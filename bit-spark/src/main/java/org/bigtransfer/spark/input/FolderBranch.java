package org.bigtransfer.spark.input;

import com.google.common.collect.AbstractIterator;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.AccessDeniedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.security.AccessControlException;
import org.bigtransfer.spark.input.InputFile.Location;
import org.bigtransfer.spark.storage.Digests;

/**
 * Part of a folder that one task lists.
 *
 * @param root the input
 * @param path relative to it; empty for itself
 * @param depth how far down
 */
record FolderBranch(String root, String path, Depth depth) implements Serializable {
    /** The folder and the files in it, or all that is below as well. */
    enum Depth {
        FILES,
        ALL
    }

    /**
     * A file or a folder.
     *
     * @param path relative to the input
     * @param length of a file; {@link #FOLDER} or {@link #UNREADABLE} for a folder, {@link #DANGLING} or {@link #BACK} for a
     *     link
     * @param changed when, in milliseconds
     */
    record Found(String path, long length, long changed) implements Serializable {
        static final long FOLDER = -1;
        /** A folder that cannot be listed. */
        static final long UNREADABLE = -2;
        /** A link to nothing. */
        static final long DANGLING = -3;
        /** A link to a folder that it lies in. */
        static final long BACK = -4;

        boolean isFolder() {
            return length == FOLDER || length == UNREADABLE;
        }
    }

    /** What all files are together. @param hash of their names, lengths and times, whatever their order */
    record Listing(long files, long bytes, BigInteger hash) implements Serializable {
        static final Listing NOTHING = new Listing(0, 0, BigInteger.ZERO);

        Listing plus(Found file) {
            if (file.isFolder()) {
                return this;
            }
            BigInteger number =
                    Digests.number(file.path(), String.valueOf(file.length()), String.valueOf(file.changed()));
            return new Listing(files + 1, bytes + Math.max(0, file.length()), Digests.add(hash, number));
        }

        Listing plus(Listing other) {
            return new Listing(files + other.files, bytes + other.bytes, Digests.add(hash, other.hash));
        }
    }

    /** Branches that are a folder together. @param enough to stop going down for more */
    static List<FolderBranch> of(Configuration conf, String root, int enough) throws IOException {
        List<FolderBranch> branches = new ArrayList<>();
        Deque<String> open = new ArrayDeque<>(List.of(""));
        while (!open.isEmpty() && open.size() < enough && branches.size() < enough) {
            FolderBranch branch = new FolderBranch(root, open.removeFirst(), Depth.FILES);
            branches.add(branch);
            open.addAll(branch.folders(conf));
        }
        open.forEach(folder -> branches.add(new FolderBranch(root, folder, Depth.ALL)));
        return branches;
    }

    /** Folders right in it; none if it must not be listed, which is told when its files are. */
    private List<String> folders(Configuration conf) throws IOException {
        List<String> folders = new ArrayList<>();
        Optional<RemoteIterator<FileStatus>> children = children(conf, path);
        while (children.isPresent() && children.get().hasNext()) {
            FileStatus child = children.get().next();
            String below = below(path, child.getPath().getName());
            if (child.isDirectory() && Location.of(below).isPresent() && !leadsBack(conf, below)) {
                folders.add(below);
            }
        }
        return folders;
    }

    /** Lists it, as it goes; hidden things are left out. */
    Iterator<Found> list(Configuration conf) {
        return new Walk(conf);
    }

    /** What lies right in a folder; empty if it must not be listed or is gone. The root must be listed. */
    private Optional<RemoteIterator<FileStatus>> children(Configuration conf, String folder) throws IOException {
        Path top = new Path(root);
        Path listed = folder.isEmpty() ? top : new Path(top, folder);
        try {
            RemoteIterator<FileStatus> children = listed.getFileSystem(conf).listStatusIterator(listed);
            children.hasNext(); // the first look fetches
            return Optional.of(children);
        } catch (FileNotFoundException | AccessDeniedException | AccessControlException e) {
            if (folder.isEmpty()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static String below(String folder, String name) {
        return folder.isEmpty() ? name : folder + "/" + name;
    }

    /** Where the root is on this machine; empty if it is elsewhere. */
    private Optional<java.nio.file.Path> localRoot(Configuration conf) throws IOException {
        Path top = new Path(root);
        return top.getFileSystem(conf) instanceof LocalFileSystem local
                ? Optional.of(local.pathToFile(top).toPath())
                : Optional.empty();
    }

    private boolean leadsBack(Configuration conf, String below) throws IOException {
        Optional<java.nio.file.Path> local = localRoot(conf);
        return local.isPresent() && LocalLinks.leadsBack(local.get(), below);
    }

    private List<String> dangling(Configuration conf, String folder) throws IOException {
        Optional<java.nio.file.Path> local = localRoot(conf);
        return local.isPresent() ? LocalLinks.dangling(local.get().resolve(folder)) : List.of();
    }

    private final class Walk extends AbstractIterator<Found> {
        private final Configuration conf;
        private final Deque<String> open = new ArrayDeque<>(List.of(path));
        private String folder = "";
        private RemoteIterator<FileStatus> children;
        /** Of the folder, yet to be told of. */
        private final Deque<String> dangling = new ArrayDeque<>();

        Walk(Configuration conf) {
            this.conf = conf;
        }

        @Override
        protected Found computeNext() {
            try {
                while (children != null || !dangling.isEmpty() || !open.isEmpty()) {
                    if (!dangling.isEmpty()) {
                        String below = below(folder, dangling.removeFirst());
                        if (Location.of(below).isPresent()) {
                            return new Found(below, Found.DANGLING, 0);
                        }
                    } else if (children == null) {
                        folder = open.removeFirst();
                        children = children(conf, folder).orElse(null);
                        if (children != null) {
                            dangling.addAll(dangling(conf, folder));
                        }
                        if (!folder.isEmpty()) {
                            return new Found(folder, children == null ? Found.UNREADABLE : Found.FOLDER, 0);
                        }
                    } else if (!children.hasNext()) {
                        children = null;
                    } else {
                        FileStatus child = children.next();
                        String below = below(folder, child.getPath().getName());
                        if (Location.of(below).isEmpty()) {
                            continue;
                        }
                        if (!child.isDirectory()) {
                            return new Found(below, child.getLen(), child.getModificationTime());
                        }
                        if (leadsBack(conf, below)) {
                            return new Found(below, Found.BACK, 0);
                        }
                        if (depth == Depth.ALL) {
                            open.addLast(below);
                        }
                    }
                }
                return endOfData();
            } catch (IOException e) {
                throw new UncheckedIOException("%s must be listable: %s".formatted(root, e.getMessage()), e);
            }
        }
    }
}
