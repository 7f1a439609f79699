package org.bigtransfer.jobs;

/** A setting's value within a command that a person is told to run. */
final class ShellWord {
    private ShellWord() {}

    /** The text as one word of a POSIX shell, quoted only where it must be. */
    static String of(String text) {
        return text.matches("[A-Za-z0-9_@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
