package org.bigtransfer.dl4j.compute;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.bigtransfer.loops.Grouping;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** oneDNN and Java loops against ND4J's operations in double. */
class ArithmeticTest {
    /** Relative to the norm; sums of some thousand float32 products. */
    private static final double TOLERANCE = 2e-6;

    private final Arithmetic fast = new CpuArithmetic();
    private final Arithmetic plain = new Nd4jArithmetic();

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(7);
    }

    @Test
    void isChosenForFloatsOnACpuOnly() {
        assertThat(Arithmetic.fastest(DataType.FLOAT)).isInstanceOf(CpuArithmetic.class);
        assertThat(Arithmetic.fastest(DataType.DOUBLE)).isInstanceOf(Nd4jArithmetic.class);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0, 64, 192", "1, 2, 0, 40, 24", "3, 1, 1, 96, 64", "3, 2, 1, 64, 64", "7, 2, 3, 3, 64"})
    void convolutionsAgree(int size, int stride, int padding, int in, int out) {
        Geometry geometry = new Geometry(size, stride, padding);
        INDArray x = random(3, 10, 8, in);
        INDArray kernel = random(size, size, in, out);
        INDArray dy = random(3, geometry.output(10), geometry.output(8), out);
        try (Convolution ours = fast.convolution(geometry);
                Convolution theirs = plain.convolution(geometry)) {
            for (int twice = 0; twice < 2; twice++) {
                Results a = convolve(ours, x, kernel, dy);
                Results b = convolve(theirs, wide(x), wide(kernel), wide(dy));
                assertClose(a.y, b.y);
                assertClose(a.dx, b.dx);
                assertClose(a.dKernel, b.dKernel);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 1, 64, 96", "3, 2, 1, 96, 64", "1, 1, 0, 544, 512", "1, 2, 0, 512, 544"})
    void convolutionsWithLongKernelsAreCutByChannelsAndAgree(int size, int stride, int padding, int in, int out) {
        OneDnnShape shape = new OneDnnShape(new Geometry(size, stride, padding), 3, 10, 8, in, out);
        assertThat(OneDnnByChannels.suits(shape, 2)).isTrue();
        try (ComputeThreads threads = new ComputeThreads(2)) {
            threads.enter();
            convolutionsAgree(size, stride, padding, in, out);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 64, 256", "3, 512, 100", "7, 3, 64", "1, 2048, 130"})
    void standardizationsAgree(int size, int in, int out) {
        INDArray kernel = random(size, size, in, out).addi(0.5);
        INDArray gradient = random(size, size, in, out);
        INDArray[] ours = standardize(fast.standardization(1e-10), kernel, gradient.dup());
        INDArray[] theirs = standardize(plain.standardization(1e-10), wide(kernel), wide(gradient));
        for (int i = 0; i < ours.length; i++) {
            assertClose(ours[i], theirs[i]);
        }
    }

    @ParameterizedTest
    @CsvSource({"32, 9, true", "64, 40, true", "192, 7, false", "4096, 3, true"})
    void groupNormalizationsAgree(int channels, int side, boolean relu) {
        Grouping grouping = new Grouping(32, 1e-5, relu);
        INDArray x = random(3, side, side, channels).addi(3);
        INDArray gamma = random(channels);
        INDArray beta = random(channels);
        INDArray dy = random(3, side, side, channels);
        INDArray[] ours = normalize(fast.groupNormalization(grouping), x, gamma, beta, dy);
        INDArray[] theirs = normalize(plain.groupNormalization(grouping), wide(x), wide(gamma), wide(beta), wide(dy));
        for (int i = 0; i < ours.length; i++) {
            assertClose(ours[i], theirs[i]);
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 8, 64", "7, 10, 3", "1, 2, 5", "2, 1, 64"})
    void maxPoolingsAgree(int height, int width, int channels) {
        INDArray x = random(3, height, width, channels).subi(1);
        INDArray dy = random(3, MaxPooling.output(height), MaxPooling.output(width), channels);
        INDArray[] ours = pool(fast.maxPooling(), x, dy);
        INDArray[] theirs = pool(plain.maxPooling(), wide(x), wide(dy));
        assertThat(ours[0].data().asDouble()).isEqualTo(theirs[0].data().asDouble());
        assertClose(ours[1], theirs[1]);
    }

    @Test
    void equalMaximaGiveTheirGradientToTheFirst() {
        INDArray x = Nd4j.ones(DataType.FLOAT, 1, 4, 4, 1);
        INDArray dy = Nd4j.createFromArray(1f, 10f, 100f, 1000f).reshape(1, 2, 2, 1);
        for (Arithmetic arithmetic : new Arithmetic[] {fast, plain}) {
            INDArray dx = pool(arithmetic.maxPooling(), x, dy)[1];
            assertThat(dx.data().asFloat()).containsExactly(1, 10, 0, 0, 100, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    private static INDArray[] pool(MaxPooling pooling, INDArray x, INDArray dy) {
        INDArray[] results = {dy.ulike(), x.ulike()};
        pooling.forward(x, results[0]);
        pooling.backward(x, dy, results[1]);
        return results;
    }

    @Test
    void loopsDoNotDependOnTheNumberOfThreads() {
        INDArray x = random(5, 9, 9, 64);
        INDArray vector = random(64);
        INDArray[] one;
        INDArray[] three;
        try (ComputeThreads threads = new ComputeThreads(1)) {
            threads.enter();
            one = normalize(fast.groupNormalization(new Grouping(32, 1e-5, true)), x, vector, vector, x);
        }
        try (ComputeThreads threads = new ComputeThreads(3)) {
            threads.enter();
            three = normalize(fast.groupNormalization(new Grouping(32, 1e-5, true)), x, vector, vector, x);
        }
        for (int i = 0; i < one.length; i++) {
            assertThat(one[i].data().asFloat()).isEqualTo(three[i].data().asFloat());
        }
    }

    private record Results(INDArray y, INDArray dx, INDArray dKernel) {}

    private static Results convolve(Convolution convolution, INDArray x, INDArray kernel, INDArray dy) {
        Results results = new Results(dy.ulike(), x.ulike(), kernel.ulike());
        convolution.forward(x, kernel, results.y);
        convolution.backward(x, kernel, dy, Optional.of(results.dx), results.dKernel);
        return results;
    }

    private static INDArray[] standardize(Standardization standardization, INDArray kernel, INDArray gradient) {
        INDArray standardized = kernel.ulike();
        INDArray scale = Nd4j.create(kernel.dataType(), kernel.size(3));
        standardization.forward(kernel, standardized, scale);
        standardization.backward(standardized, scale, gradient);
        return new INDArray[] {standardized, scale, gradient};
    }

    private static INDArray[] normalize(
            GroupNormalization normalization, INDArray x, INDArray gamma, INDArray beta, INDArray dy) {
        INDArray[] results = {x.ulike(), x.ulike(), gamma.ulike(), beta.ulike()};
        normalization.forward(x, gamma, beta, results[0]);
        normalization.backward(x, gamma, beta, dy, results[1], results[2], results[3]);
        return results;
    }

    private static INDArray random(long... shape) {
        return Nd4j.randn(DataType.FLOAT, shape);
    }

    private static INDArray wide(INDArray floats) {
        return floats.castTo(DataType.DOUBLE);
    }

    private static void assertClose(INDArray ours, INDArray theirs) {
        INDArray difference = wide(ours).sub(theirs);
        assertThat(difference.norm2Number().doubleValue())
                .isLessThan(TOLERANCE * theirs.norm2Number().doubleValue());
    }
}
