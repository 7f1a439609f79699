package org.bigtransfer.spark.feed;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.preprocess.Preprocessor;

/** As many preprocessors as are in use at once, used again and again. */
final class Preprocessors implements AutoCloseable {
    private final Preprocessing preprocessing;
    private final int side;
    private final Deque<Preprocessor> idle = new ArrayDeque<>();
    private boolean closed;

    /** @param side of the squares that images are given as, pixels; 0 for image files */
    Preprocessors(Preprocessing preprocessing, int side) {
        this.preprocessing = preprocessing;
        this.side = side;
    }

    /** One that nobody else uses until it is given back. */
    synchronized Preprocessor borrow() {
        return idle.isEmpty() ? preprocessing.open(side) : idle.pop();
    }

    synchronized void giveBack(Preprocessor used) {
        if (closed) {
            used.close();
        } else {
            idle.push(used);
        }
    }

    /** Closes those that are idle now, and the others when they are given back. */
    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(Preprocessor::close);
        idle.clear();
    }
}
