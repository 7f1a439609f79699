package org.bigtransfer.spark.dataset;

/**
 * One image of a dataset.
 *
 * @param imageId {@code <class>/<file>}, unique in its split
 * @param label index of its class
 * @param width of the original, in pixels
 * @param height likewise
 * @param image as the dataset's {@link Store} has it, the file's bytes; empty where images were not read
 */
public record ImageRow(String imageId, int label, int width, int height, byte[] image) {}
