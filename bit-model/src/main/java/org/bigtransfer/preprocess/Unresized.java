package org.bigtransfer.preprocess;

/** Cuts out of squares that were resized before, with the bits that a {@link Bilinear} resize of their images gives. */
final class Unresized implements Resizer {
    /** What becomes of each value from 0 to 255. */
    private final float[] meaning;

    private Pixels image;
    private Cut cut;

    Unresized(ValueRange range) {
        this.meaning = range.ofBytes();
    }

    @Override
    public int rows(int height, int size, Cut cut) {
        return cut.top() + cut.size();
    }

    /** @throws IllegalArgumentException when the image is not of that size already */
    @Override
    public void begin(Pixels image, int size, Cut cut) {
        if (image.width() != size || image.height() != size) {
            throw new IllegalArgumentException("an image that was resized before must have %d×%d pixels: %d×%d"
                    .formatted(size, size, image.width(), image.height()));
        }
        this.image = image;
        this.cut = cut;
    }

    @Override
    public void row(int y, float[] out) {
        int from = 3 * ((cut.top() + y) * image.width() + cut.left());
        if (cut.mirrored()) {
            mirrored(from, out);
        } else {
            plain(from, out);
        }
    }

    private void plain(int from, float[] out) {
        byte[] rgb = image.rgb();
        float[] meaning = this.meaning;
        for (int i = 0; i < out.length; i++) {
            out[i] = meaning[rgb[from + i] & 0xFF];
        }
    }

    private void mirrored(int from, float[] out) {
        byte[] rgb = image.rgb();
        float[] meaning = this.meaning;
        int in = from;
        for (int i = out.length - 3; i >= 0; i -= 3, in += 3) {
            out[i] = meaning[rgb[in] & 0xFF];
            out[i + 1] = meaning[rgb[in + 1] & 0xFF];
            out[i + 2] = meaning[rgb[in + 2] & 0xFF];
        }
    }
}
