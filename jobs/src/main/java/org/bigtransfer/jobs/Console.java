package org.bigtransfer.jobs;

import java.io.PrintStream;

/**
 * Where a job speaks: results to {@code out}, everything else to {@code err}.
 *
 * @param outTerminal whether a person watches {@code out}
 * @param errTerminal whether a person watches {@code err}
 */
record Console(PrintStream out, PrintStream err, Watched outTerminal, Watched errTerminal) {
    /** Whether a stream goes to a terminal. */
    enum Watched {
        TERMINAL,
        FILE;

        static Watched of(String property) {
            // The launcher tests each stream; the JVM alone cannot, and knows only whether stdin and stdout both are.
            boolean terminal =
                    Boolean.parseBoolean(System.getProperty(property, String.valueOf(System.console() != null)));
            return terminal ? TERMINAL : FILE;
        }
    }

    /** This process's own streams. */
    static Console system() {
        return new Console(
                System.out, System.err, Watched.of("bit.stdout.terminal"), Watched.of("bit.stderr.terminal"));
    }

    /** The same with results going elsewhere. */
    Console withOut(PrintStream other) {
        return new Console(other, err, Watched.FILE, errTerminal);
    }

    boolean showsProgress() {
        return errTerminal == Watched.TERMINAL;
    }

    /** How many columns the terminal has, as far as the launcher knows. */
    int columns() {
        return Integer.getInteger("bit.stdout.columns", 80);
    }

    /** As {@link #columns()}, and without end where nobody watches. */
    int tableColumns() {
        return showsTables() ? columns() : Integer.MAX_VALUE;
    }

    boolean showsTables() {
        return outTerminal == Watched.TERMINAL;
    }
}
