package org.bigtransfer.preprocess;

/** How a JPEG's samples are to be read; conversions are libjpeg's and Pillow's, to the bit. */
enum JpegColour {
    GREY {
        @Override
        byte[] toRgb(byte[] samples, int pixels) {
            byte[] rgb = new byte[3 * pixels];
            for (int i = 0; i < pixels; i++) {
                rgb[3 * i] = samples[i];
                rgb[3 * i + 1] = samples[i];
                rgb[3 * i + 2] = samples[i];
            }
            return rgb;
        }
    },
    RGB {
        @Override
        byte[] toRgb(byte[] samples, int pixels) {
            return samples;
        }
    },
    YCC {
        @Override
        byte[] toRgb(byte[] samples, int pixels) {
            for (int i = 0; i < pixels; i++) {
                yccToRgb(samples, 3 * i);
            }
            return samples;
        }
    },
    /** Stored inverted, as Adobe does and Pillow assumes. */
    CMYK {
        @Override
        byte[] toRgb(byte[] samples, int pixels) {
            byte[] rgb = new byte[3 * pixels];
            for (int i = 0; i < pixels; i++) {
                int white = samples[4 * i + 3] & 0xFF;
                for (int c = 0; c < 3; c++) {
                    rgb[3 * i + c] = overprint(255 - (samples[4 * i + c] & 0xFF), white);
                }
            }
            return rgb;
        }
    },
    YCCK {
        @Override
        byte[] toRgb(byte[] samples, int pixels) {
            for (int i = 0; i < pixels; i++) {
                yccToRgb(samples, 4 * i);
                for (int c = 0; c < 3; c++) {
                    samples[4 * i + c] = (byte) ~samples[4 * i + c];
                }
            }
            return CMYK.toRgb(samples, pixels);
        }
    };

    private static final int FRACTION_BITS = 16;
    private static final int HALF = 1 << (FRACTION_BITS - 1);

    /**
     * Makes RGB of a decoder's samples.
     *
     * @param samples [pixels, components] bytes; may be overwritten
     * @return [pixels, 3] bytes, perhaps the same array
     */
    abstract byte[] toRgb(byte[] samples, int pixels);

    /** In place. Source: libjpeg's {@code ycc_rgb_convert}, fixed point with 16 fraction bits. */
    private static void yccToRgb(byte[] samples, int at) {
        int y = samples[at] & 0xFF;
        int cb = (samples[at + 1] & 0xFF) - 128;
        int cr = (samples[at + 2] & 0xFF) - 128;
        samples[at] = clip(y + ((91881 * cr + HALF) >> FRACTION_BITS));
        samples[at + 1] = clip(y + ((-22554 * cb - 46802 * cr + HALF) >> FRACTION_BITS));
        samples[at + 2] = clip(y + ((116130 * cb + HALF) >> FRACTION_BITS));
    }

    /** Source: Pillow's {@code cmyk2rgb}: white − white · ink / 255, rounded. */
    private static byte overprint(int ink, int white) {
        int product = ink * white + 128;
        return clip(white - (((product >> 8) + product) >> 8));
    }

    private static byte clip(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
