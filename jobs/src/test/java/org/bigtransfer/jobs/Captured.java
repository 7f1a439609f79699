package org.bigtransfer.jobs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.bigtransfer.jobs.Console.Watched;

/** Runs jobs in this JVM and keeps what the last one printed. */
final class Captured {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    Console console() {
        return console(Watched.FILE);
    }

    private Console console(Watched watched) {
        return new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                watched,
                Watched.FILE);
    }

    int execute(String... args) {
        return execute(Watched.FILE, args);
    }

    /** As if a person watched what it prints. */
    int executeOnTerminal(String... args) {
        return execute(Watched.TERMINAL, args);
    }

    private int execute(Watched watched, String... args) {
        out.reset();
        err.reset();
        return Bit.execute(console(watched), args);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
