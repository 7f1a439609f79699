package org.bigtransfer.spark.input;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Links in a folder of the local file system. Hadoop's listing leaves out those that lead to nothing, and goes round those
 * that lead back until a path has as many links as Linux follows.
 */
final class LocalLinks {
    private LocalLinks() {}

    /** Names of links right in a folder that lead to no file or folder. */
    static List<String> dangling(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> links =
                Files.newDirectoryStream(folder, path -> Files.isSymbolicLink(path) && !Files.exists(path))) {
            links.forEach(link -> names.add(link.getFileName().toString()));
        }
        return names;
    }

    /** Whether a folder below a root is a link to one that it lies in, be it above the root. */
    static boolean leadsBack(Path root, String below) throws IOException {
        Path link = root.resolve(below);
        if (!Files.isSymbolicLink(link)) {
            return false;
        }
        Path to = link.toRealPath();
        for (Path within = link.getParent(); within.startsWith(root); within = within.getParent()) {
            if (within.toRealPath().startsWith(to)) {
                return true;
            }
        }
        return false;
    }
}
