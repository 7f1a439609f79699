package org.bigtransfer.replica;

/**
 * What a network says of some images.
 *
 * @param count the number of images
 * @param logits [count, classes], row-major
 * @param preLogits [count, features], row-major: the globally averaged features before the head
 */
public record Predictions(int count, float[] logits, float[] preLogits) {}
