package org.bigtransfer.spark.input;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file or a folder of an input, as it was found.
 *
 * @param source the split that it is the input of
 * @param folder relative to the input, without a slash at either end; empty for the input itself
 * @param name of the file; empty for a folder
 * @param reason why it is rejected already; empty if it is not
 * @param bytes its content
 * @param losesMore whether files that nobody can count are lost with it
 */
public record InputFile(String source, String folder, String name, String reason, byte[] bytes, boolean losesMore)
        implements Serializable {
    private static final byte[] NOTHING = {};
    private static final String NUMBERED = "%s-%06d";
    private static final String MAC_ARCHIVE_FOLDER = "__MACOSX";

    /** A file that is as it should be, or is known not to be. */
    public InputFile(String source, String folder, String name, String reason, byte[] bytes) {
        this(source, folder, name, reason, bytes, false);
    }

    /** Part of an archive that cannot be understood. @param where in it, as no other part is named */
    static InputFile damage(String source, String where, String reason) {
        return new InputFile(source, "", where, reason, NOTHING, true);
    }

    /** This reject, with which others are lost. */
    InputFile losingMore() {
        return new InputFile(source, folder, name, reason, bytes, true);
    }

    /** An image of a class that no folder names. @param number of it in what it lies in */
    static InputFile numbered(String source, String className, String within, long number, byte[] bytes) {
        return new InputFile(source, className, NUMBERED.formatted(within, number), "", bytes);
    }

    /** Something in the place of an image that cannot be used. */
    static InputFile numberedReject(String source, String within, long number, String reason) {
        return new InputFile(source, "", NUMBERED.formatted(within, number), reason, NOTHING);
    }

    /** A folder. */
    static InputFile folder(String source, Location location) {
        return new InputFile(source, location.path(), "", "", NOTHING);
    }

    /** A file that cannot be an image of a class. */
    static InputFile rejected(String source, Location location, String reason) {
        return new InputFile(source, location.folder(), location.name(), reason, NOTHING);
    }

    /** A file that is yet to be read. */
    static InputFile unread(String source, String folder, String name) {
        return new InputFile(source, folder, name, "", NOTHING);
    }

    /** This file with its content. */
    InputFile with(byte[] content) {
        return new InputFile(source, folder, name, reason, content, losesMore);
    }

    /** This file in a class folder. */
    InputFile in(String className) {
        return new InputFile(source, className, name, reason, bytes, losesMore);
    }

    /** This file, of which no more bytes are taken. */
    InputFile tooLarge(long mostBytes) {
        return rejected("it must have at most %d bytes".formatted(mostBytes));
    }

    /** This file, without its content. */
    InputFile rejected(String why) {
        return new InputFile(source, folder, name, why, NOTHING, losesMore);
    }

    /**
     * Where something lies in an input.
     *
     * @param parts names of folders, then of the thing itself; none for the input itself
     * @param reason why nothing at such a place can be used; empty if it can
     */
    record Location(List<String> parts, String reason) {
        /** Understands a path as archives spell it; empty for hidden things, which are ignored. */
        static Optional<Location> of(String path) {
            if (path.startsWith("/")) {
                return Optional.of(new Location(List.of(path), "its path must not be absolute"));
            }
            List<String> parts = new ArrayList<>(List.of(path.split("/", -1)));
            parts.removeIf(part -> part.isEmpty() || part.equals("."));
            if (parts.contains("..")) {
                return Optional.of(new Location(List.of(path), "its path must not contain .."));
            }
            boolean hidden = parts.stream().anyMatch(part -> part.startsWith(".") || part.equals(MAC_ARCHIVE_FOLDER));
            return hidden ? Optional.empty() : Optional.of(new Location(parts, ""));
        }

        /** The same place in a folder. */
        Location within(String folder) {
            List<String> all = new ArrayList<>(List.of(folder));
            all.addAll(parts);
            return new Location(all, reason);
        }

        /** The same place without the end of its name. */
        Location withoutEnd(String end) {
            List<String> all = new ArrayList<>(parts);
            all.set(all.size() - 1, name().substring(0, name().length() - end.length()));
            return new Location(all, reason);
        }

        String path() {
            return String.join("/", parts);
        }

        String folder() {
            return String.join("/", parts.subList(0, Math.max(0, parts.size() - 1)));
        }

        String name() {
            return parts.isEmpty() ? "" : parts.get(parts.size() - 1);
        }
    }
}
