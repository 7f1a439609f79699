package org.bigtransfer.preprocess;

import org.bigtransfer.hyperrule.Profile;

/**
 * Resizes image files to the squares of bytes that a {@link Preprocessor} of {@link Preprocessing#open(int)} goes on from.
 * Keeps its memory for the next image. Used by one thread at a time.
 */
public final class SquareResizer implements AutoCloseable {
    private static final int WHITE = 255;

    private final int side;
    private final Resizer resizer;
    private final NativeJpeg jpeg = new NativeJpeg();
    private final Pixels pixels = new Pixels();
    private final float[] row;

    /**
     * @param profile that rounds what it resizes to bytes, see {@link Profile#resizesToBytes()}
     * @param side of the squares, pixels
     */
    public SquareResizer(Profile profile, int side) {
        if (!profile.resizesToBytes()) {
            throw new IllegalArgumentException(
                    "a profile must resize to bytes for its results to be kept as such: " + profile.setting());
        }
        this.side = side;
        this.resizer = Resizer.of(profile, ValueRange.ZERO_TO_ONE);
        this.row = new float[3 * side];
    }

    /** The image as [side, side, 3] unsigned bytes. @throws RejectedImageException when the file cannot be decoded */
    public byte[] resize(byte[] encoded) throws RejectedImageException {
        ImageDecoder.decode(new Bytes(encoded), jpeg, height -> height, pixels);
        byte[] square = new byte[row.length * side];
        resizer.begin(pixels, side, Resizer.Cut.all(side));
        for (int y = 0; y < side; y++) {
            resizer.row(y, row);
            for (int i = 0; i < row.length; i++) {
                square[y * row.length + i] = (byte) Math.round(row[i] * WHITE);
            }
        }
        return square;
    }

    /** Gives native memory back. */
    @Override
    public void close() {
        jpeg.close();
    }
}
