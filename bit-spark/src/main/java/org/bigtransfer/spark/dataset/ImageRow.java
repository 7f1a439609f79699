package org.bigtransfer.spark.dataset;

import org.bigtransfer.preprocess.Bytes;

/**
 * One image of a dataset.
 *
 * @param imageId {@code <class>/<file>}, unique in its split
 * @param label index of its class
 * @param width of the original, in pixels
 * @param height likewise
 * @param image as the dataset's {@link Store} has it, the file's bytes; empty where images were not read; of a
 *     {@link RowGroup}, valid as long as that is
 */
public record ImageRow(String imageId, int label, int width, int height, Bytes image) {
    /** The same with a copy of the image, which nothing else changes. */
    public ImageRow copy() {
        return new ImageRow(imageId, label, width, height, new Bytes(image.toArray()));
    }
}
