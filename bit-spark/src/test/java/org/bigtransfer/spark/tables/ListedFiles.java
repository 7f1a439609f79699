package org.bigtransfer.spark.tables;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local files as {@code listed:/tmp/x}, which remember the folders that were listed. */
public final class ListedFiles extends RawLocalFileSystem {
    static final String SCHEME = "listed";
    private static final List<String> FOLDERS = new ArrayList<>();

    static void in(Configuration conf) {
        conf.set("fs.listed.impl", ListedFiles.class.getName());
    }

    /** The names of the folders listed since the last call, in order. */
    static List<String> folders() {
        synchronized (FOLDERS) {
            List<String> folders = List.copyOf(FOLDERS);
            FOLDERS.clear();
            return folders;
        }
    }

    @Override
    public URI getUri() {
        return URI.create(SCHEME + ":///");
    }

    @Override
    public FileStatus[] listStatus(Path folder) throws IOException {
        synchronized (FOLDERS) {
            FOLDERS.add(folder.getName());
        }
        return super.listStatus(folder);
    }
}
