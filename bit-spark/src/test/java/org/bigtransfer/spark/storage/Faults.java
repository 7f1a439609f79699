package org.bigtransfer.spark.storage;

import java.io.EOFException;
import java.io.IOException;

/**
 * Makes the k-th call of the {@link FaultyFileSystem}s from now on fail, as HDFS's client does where a NameNode goes down:
 * with an EOFException, which is no file's end. One for the whole JVM.
 */
public final class Faults {
    private static long calls;
    private static long failing;
    private static String about = "";
    private static Fault fault = new Fault(Moment.BEFORE, Extent.ONE);

    /** When a call fails. */
    public enum Moment {
        /** It has no effect; of a write, half. */
        BEFORE,
        AFTER
    }

    /** How many calls fail. */
    public enum Extent {
        ONE,
        /** All from then on: the store is gone, or the process that was calling. */
        REST
    }

    /** How calls fail. */
    public record Fault(Moment moment, Extent extent) {}

    /** A call of a file system. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    private Faults() {}

    /** From now on: the call of that number, from 1, fails. */
    public static void failAt(long number, Fault how) {
        failAt(number, "", how);
    }

    /** As {@link #failAt(long, Fault)}, of the calls whose description holds a text: {@code create of faulty:/tmp/run}. */
    public static synchronized void failAt(long number, String text, Fault how) {
        about = text;
        calls = 0;
        failing = number;
        fault = how;
    }

    /** No call fails any more. @return whether one did */
    public static synchronized boolean calm() {
        boolean reached = failing > 0 && calls >= failing;
        failing = 0;
        return reached;
    }

    private static synchronized boolean fails(String what) {
        if (!what.contains(about)) {
            return false;
        }
        calls++;
        return failing > 0 && (calls == failing || (calls > failing && fault.extent() == Extent.REST));
    }

    private static synchronized Moment moment() {
        return fault.moment();
    }

    static <T> T call(String what, Call<T> call) throws IOException {
        return call(what, call, () -> {});
    }

    /** @param half done by a call that fails before its end */
    static <T> T call(String what, Call<T> call, Half half) throws IOException {
        if (!fails(what)) {
            return call.run();
        }
        if (moment() == Moment.AFTER) {
            call.run();
            throw new EOFException("injected after " + what);
        }
        half.run();
        throw new EOFException("injected before " + what);
    }

    /** What an interrupted call leaves. */
    @FunctionalInterface
    interface Half {
        void run() throws IOException;
    }
}
