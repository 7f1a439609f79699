package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;

class JpegEncoderTest {
    private final byte[] file = picture();

    private static byte[] picture() {
        try {
            return DamagedJpegTest.picture(BufferedImage.TYPE_INT_RGB, 500, 375, false);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void reducesToTheLongestSideAndKeepsTheAspect() throws RejectedImageException {
        assertThat(ImageDecoder.size(new JpegEncoder(90, 100).encode(file))).isEqualTo(new ImageSize(100, 75));
        assertThat(ImageDecoder.size(new JpegEncoder(90, 500).encode(file))).isEqualTo(new ImageSize(500, 375));
        assertThat(ImageDecoder.size(new JpegEncoder(90, 9000).encode(file))).isEqualTo(new ImageSize(500, 375));
    }

    /** Quality 100 of the same size is off by the JPEG's roundings alone; a lower one by more, in fewer bytes. */
    @Test
    void isLossyByItsQualityAndAlwaysTheSame() throws RejectedImageException {
        byte[] best = new JpegEncoder(100, 500).encode(file);
        byte[] worse = new JpegEncoder(30, 500).encode(file);
        assertThat(worse.length).isLessThan(best.length / 2);
        assertThat(difference(best)).isPositive().isLessThan(difference(worse));
        assertThat(difference(best)).isLessThan(8);
        assertThat(new JpegEncoder(30, 500).encode(file)).isEqualTo(worse);
    }

    /** Mean absolute difference from the file's pixels, of 255. */
    private double difference(byte[] encoded) throws RejectedImageException {
        byte[] ours = ImageDecoder.decode(encoded).rgb();
        byte[] theirs = ImageDecoder.decode(file).rgb();
        long sum = 0;
        for (int i = 0; i < ours.length; i++) {
            sum += Math.abs((ours[i] & 0xFF) - (theirs[i] & 0xFF));
        }
        return (double) sum / ours.length;
    }

    @Test
    void refusesBadQualitiesAndImages() {
        assertThatThrownBy(() -> new JpegEncoder(0, 512))
                .hasMessage("quality must be in 1..100 and the longest side at least 1: 0, 512");
        assertThatThrownBy(() -> new JpegEncoder(90, 512).encode(new byte[] {1, 2}))
                .isInstanceOf(RejectedImageException.class);
    }
}
