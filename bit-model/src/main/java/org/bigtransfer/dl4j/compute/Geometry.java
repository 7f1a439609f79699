package org.bigtransfer.dl4j.compute;

/**
 * A square convolution's geometry.
 *
 * @param size height and width of the kernel
 * @param stride in both directions
 * @param padding zeros on each of the four sides
 */
public record Geometry(int size, int stride, int padding) {
    public Geometry {
        if (size < 1 || stride < 1 || padding < 0 || padding >= size) {
            throw new IllegalArgumentException(
                    "convolution must have size >= 1, stride >= 1 and 0 <= padding < size: size %d, stride %d, padding %d"
                            .formatted(size, stride, padding));
        }
    }

    /** The output's height for an input's height, or width for width. */
    public long output(long input) {
        return (input + 2L * padding - size) / stride + 1;
    }
}
