package org.bigtransfer.preprocess;

import java.util.SplittableRandom;

/**
 * A rectangle of an image, of random size, shape and place: its area a share of the image's drawn evenly from 5 % to
 * 100 %, its aspect drawn evenly on a logarithmic scale from 3:4 to 4:3.
 *
 * <p>What does not fit into the image is drawn again, ten times at most; then it is the largest one in its middle with an
 * aspect between those. Sources: big_vision's {@code inception_crop}, with which its BiT is pre-trained, for the areas;
 * torchvision's {@code RandomResizedCrop} for the way of drawing. Differs from arXiv:1409.4842 and torchvision, where
 * areas begin at 8 %, and from big_vision, where TensorFlow draws heights evenly.
 */
record InceptionCrop(int left, int top, int width, int height) {
    private static final double LEAST_AREA = 0.05;
    private static final double WIDEST = 4.0 / 3;
    private static final int DRAWS = 10;

    /** Draws one for an image of that size. */
    static InceptionCrop draw(int imageWidth, int imageHeight, SplittableRandom random) {
        for (int draw = 0; draw < DRAWS; draw++) {
            double area = (double) imageWidth * imageHeight * (LEAST_AREA + (1 - LEAST_AREA) * random.nextDouble());
            double aspect = Math.pow(WIDEST, 2 * random.nextDouble() - 1);
            int width = (int) Math.round(Math.sqrt(area * aspect));
            int height = (int) Math.round(Math.sqrt(area / aspect));
            if (width >= 1 && width <= imageWidth && height >= 1 && height <= imageHeight) {
                int top = random.nextInt(imageHeight - height + 1);
                int left = random.nextInt(imageWidth - width + 1);
                return new InceptionCrop(left, top, width, height);
            }
        }
        int width = (int) Math.min(imageWidth, Math.max(1, Math.round(imageHeight * WIDEST)));
        int height = (int) Math.min(imageHeight, Math.max(1, Math.round(imageWidth * WIDEST)));
        return new InceptionCrop((imageWidth - width) / 2, (imageHeight - height) / 2, width, height);
    }
}
