package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.FloatBuffer;
import org.assertj.core.data.Offset;
import org.bigtransfer.TensorFlowGolden;
import org.bigtransfer.preprocess.Resizer.Cut;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FloatBilinearTest {
    /** Six float32 steps at 255: to 1 and back, and TensorFlow may fuse a product with a sum. */
    private static final Offset<Float> ROUNDING = Offset.offset(9e-5f);

    private static final RgbImage IMAGE = new RgbImage(7, 5, TensorFlowGolden.image());

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 11})
    void resizesAsTensorFlowDoes(int size) throws IOException {
        assertThat(resized(size, Cut.all(size))).containsExactly(TensorFlowGolden.values("resize_" + size), ROUNDING);
    }

    @Test
    void aCutIsAPartOfTheWhole() {
        float[] whole = resized(11, Cut.all(11));
        assertThat(resized(11, new Cut(4, 1, 6, false))).isEqualTo(TensorFlowGolden.cut(whole, 11, 4, 1, 6));
    }

    private static float[] resized(int size, Cut cut) {
        Pixels pixels = new Pixels();
        pixels.become(IMAGE);
        FloatBilinear resizer = new FloatBilinear(ValueRange.ZERO_TO_ONE);
        resizer.begin(pixels, size, cut);
        FloatBuffer all = FloatBuffer.allocate(3 * cut.size() * cut.size());
        float[] row = new float[3 * cut.size()];
        for (int y = 0; y < cut.size(); y++) {
            resizer.row(y, row);
            all.put(row);
        }
        float[] values = all.array();
        for (int i = 0; i < values.length; i++) {
            values[i] *= 255;
        }
        return values;
    }
}
