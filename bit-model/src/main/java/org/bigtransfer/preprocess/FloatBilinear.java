package org.bigtransfer.preprocess;

/**
 * Bilinear interpolation in float32 as {@code tf.image.resize} has it: half-pixel centres, no antialias, nothing rounded.
 *
 * <p>Each value lies between the four pixels next to its centre, whatever the scale. Source: TensorFlow's
 * {@code ResizeBilinear} with {@code half_pixel_centers}.
 */
final class FloatBilinear implements Resizer {
    private final Neighbours columns = new Neighbours();
    private final Neighbours rows = new Neighbours();
    private final ValueRange range;
    private Pixels image;
    private Cut cut;

    FloatBilinear(ValueRange range) {
        this.range = range;
    }

    @Override
    public int rows(int height, int size, Cut cut) {
        rows.compute(height, size, cut.top(), cut.size());
        return rows.after[cut.size() - 1] + 1;
    }

    @Override
    public void begin(Pixels image, int size, Cut cut) {
        this.image = image;
        this.cut = cut;
        columns.compute(image.width(), size, cut.left(), cut.size());
        rows.compute(image.height(), size, cut.top(), cut.size());
    }

    @Override
    public void row(int y, float[] out) {
        byte[] in = image.rgb();
        int upper = rows.before[y] * image.width();
        int lower = rows.after[y] * image.width();
        for (int x = 0; x < cut.size(); x++) {
            int west = columns.before[x];
            int east = columns.after[x];
            float across = columns.share[x];
            int at = 3 * cut.place(x);
            for (int c = 0; c < 3; c++) {
                float above = between(in[3 * (upper + west) + c], in[3 * (upper + east) + c], across);
                float below = between(in[3 * (lower + west) + c], in[3 * (lower + east) + c], across);
                out[at + c] = range.of(above + (below - above) * rows.share[y]);
            }
        }
    }

    private static float between(byte first, byte second, float share) {
        float from = first & 0xFF;
        return from + ((second & 0xFF) - from) * share;
    }

    /** The two input positions next to each output position along one axis, the same one twice at the edges. */
    private static final class Neighbours {
        private int[] before = {};
        private int[] after = {};

        /** How far the output lies from the one towards the other. */
        private float[] share = {};

        void compute(int in, int out, int from, int positions) {
            if (share.length < positions) {
                before = new int[positions];
                after = new int[positions];
                share = new float[positions];
            }
            float scale = in / (float) out;
            for (int i = 0; i < positions; i++) {
                float centre = (from + i + 0.5f) * scale - 0.5f;
                float floor = (float) Math.floor(centre);
                before[i] = Math.max((int) floor, 0);
                after[i] = Math.min((int) Math.ceil(centre), in - 1);
                share[i] = centre - floor;
            }
        }
    }
}
