package org.bigtransfer.spark.input;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * What the local file system says of a file before it is opened. Hadoop's calls whatever it cannot open not found, with too
 * many files open as well, and waits at a pipe until somebody writes into it.
 */
final class LocalFile {
    /** How the JDK says that links lead to each other. */
    private static final String OF_LINKS = "symbolic link";

    private LocalFile() {}

    /** Why a file can never be read; empty if it can. @throws IOException when another try may tell something else */
    static String refusal(Path file) throws IOException {
        try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            if (is.isDirectory()) {
                return "it must be a file, not a folder";
            }
            if (is.isOther()) {
                return "it must be a file, not a pipe, a socket or a device";
            }
            file.getFileSystem().provider().checkAccess(file, AccessMode.READ);
            return "";
        } catch (NoSuchFileException e) {
            return "it must be readable: there is no file " + file;
        } catch (AccessDeniedException e) {
            return "it must be readable: permission denied";
        } catch (FileSystemException e) {
            if (String.valueOf(e.getReason()).endsWith(OF_LINKS)) {
                return "it must be readable: links lead to each other";
            }
            throw e;
        }
    }
}
