package org.bigtransfer.weights;

import java.io.IOException;

/** A weight file that is damaged or does not fit the network; the message names the file and every bad tensor. */
public final class WeightFileException extends IOException {
    private static final long serialVersionUID = 1;

    public WeightFileException(String message) {
        super(message);
    }
}
