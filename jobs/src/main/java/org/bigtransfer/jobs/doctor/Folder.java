package org.bigtransfer.jobs.doctor;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder that jobs read or write, on any file system.
 *
 * @param setting that names it
 * @param mark a file to leave behind, while executors look whether they see it
 */
record Folder(String setting, String path, String mark) implements Serializable {
    /** Begins a trial of a folder. @param path of any file system; relative ones begin where this process works */
    static Folder of(Configuration conf, String setting, String path) throws IOException {
        Path given = new Path(path);
        return new Folder(
                setting, given.getFileSystem(conf).makeQualified(given).toString(), "_doctor-" + UUID.randomUUID());
    }

    /** Writes and reads the mark, which stays until {@link #clear}. */
    Finding write(Configuration conf) {
        try {
            write(conf, mark);
            return read(conf);
        } catch (IOException | RuntimeException e) {
            return unusable("be writable", e);
        }
    }

    /** Whether another process's mark is there, and a file of one's own can be written beside it. */
    Finding share(Configuration conf) {
        Finding read = read(conf);
        if (read.state() != Finding.State.OK) {
            return read;
        }
        String own = mark + "-" + UUID.randomUUID();
        try {
            write(conf, own);
            files(conf).delete(new Path(path, own), false);
            return read;
        } catch (IOException | RuntimeException e) {
            return unusable("be writable", e);
        }
    }

    private Finding read(Configuration conf) {
        try (InputStream in = files(conf).open(new Path(path, mark))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.equals(mark)
                    ? Finding.ok(setting, "%s can be read and written".formatted(path))
                    : unusable("give back what was written", new IOException(text));
        } catch (FileNotFoundException e) {
            return Finding.failed(
                    setting,
                    "%s must show what the driver writes: %s".formatted(path, e.getMessage()),
                    "Take a folder that all machines share: hdfs://, s3a:// or a mount of the same path everywhere");
        } catch (IOException | RuntimeException e) {
            return unusable("be readable", e);
        }
    }

    /** Removes the mark, and folders that were made for it. @param made by {@link #missing} */
    void clear(Configuration conf, List<Path> made) throws IOException {
        FileSystem files = files(conf);
        files.delete(new Path(path, mark), false);
        for (Path folder : made) {
            if (files.exists(folder) && files.listStatus(folder).length == 0) {
                files.delete(folder, false);
            }
        }
    }

    /** The folder and those above it that do not exist, innermost first. */
    List<Path> missing(Configuration conf) throws IOException {
        List<Path> missing = new ArrayList<>();
        FileSystem files = files(conf);
        for (Path at = new Path(path); at != null && !files.exists(at); at = at.getParent()) {
            missing.add(at);
        }
        return missing;
    }

    /** Its file system's failure as a finding. */
    Finding unusable(String rule, Exception failure) {
        return Finding.failed(
                setting,
                "%s must %s: %s".formatted(path, rule, failure.getMessage()),
                "Check the path, the rights of user %s there, and the file system's keys or ticket"
                        .formatted(System.getProperty("user.name")));
    }

    private void write(Configuration conf, String name) throws IOException {
        try (OutputStream out = files(conf).create(new Path(path, name), false)) {
            out.write(name.getBytes(StandardCharsets.UTF_8));
        }
    }

    private FileSystem files(Configuration conf) throws IOException {
        return new Path(path).getFileSystem(conf);
    }
}
