package org.bigtransfer.preprocess;

/** An image file that cannot be used; the message is the reason, without the file's name. */
public final class RejectedImageException extends Exception {
    private static final long serialVersionUID = 1;

    public RejectedImageException(String reason) {
        super(reason);
    }

    public RejectedImageException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
