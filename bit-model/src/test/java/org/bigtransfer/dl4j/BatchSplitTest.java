package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.GoldenCase;
import org.bigtransfer.replica.GradientSum;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.Replica;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A batch of eight images in 1, 2, 4 and 8 micro-batches, each weighted by its examples, has one gradient. */
class BatchSplitTest {
    private static final int IMAGES = 8;
    private static final int[] SPLITS = {2, 4, 8};
    /** ‖split − whole‖ / ‖whole‖ of a tensor in float32: other sums, each rounded at 6e-8. */
    private static final double FLOAT = 1e-5;
    /** The same in double. */
    private static final double DOUBLE = 1e-12;

    /** The case's weights; its eight images, or as many drawn at random, which are 24 pixels a side. */
    private record Case(GoldenCase golden, int size, float[] pixels, float[] targets) {
        static Case named(String name) throws IOException {
            if (name.equals("official")) {
                Assumptions.assumeTrue(GoldenCase.officialExists(), "big_transfer's golden values are not at hand");
                GoldenCase official = GoldenCase.official();
                return new Case(
                        official,
                        official.size(),
                        official.images().array(),
                        official.batch().targets());
            }
            GoldenCase ours = GoldenCase.ours();
            int size = 24;
            SplittableRandom random = new SplittableRandom(1);
            float[] pixels = new float[IMAGES * size * size * 3];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) random.nextDouble(-1, 1);
            }
            float[] targets = new float[IMAGES * ours.classes()];
            for (int i = 0; i < IMAGES; i++) {
                targets[i * ours.classes() + random.nextInt(ours.classes())] = 1;
            }
            return new Case(ours, size, pixels, targets);
        }

        /** Some of the images. */
        MicroBatch part(int begin, int end) {
            int pixelsEach = size * size * 3;
            return new MicroBatch(
                    FloatBuffer.wrap(Arrays.copyOfRange(pixels, begin * pixelsEach, end * pixelsEach)),
                    end - begin,
                    size,
                    Arrays.copyOfRange(targets, begin * golden.classes(), end * golden.classes()));
        }

        ParameterLayout layout() {
            return golden.spec(1).layout();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void splitsHaveTheGradientOfTheWhole(String name) throws IOException {
        Case batch = Case.named(name);
        try (Replica replica = Engine.named("dl4j").open(batch.golden().spec(1))) {
            batch.golden().load(replica.parameters());
            double[] whole = gradient(batch, replica, 1);
            for (int split : SPLITS) {
                assertClose(gradient(batch, replica, split), whole, batch.layout(), FLOAT);
            }
        }
    }

    /** As the trainer has it: each micro-batch's by its examples, summed in the tree. */
    private static double[] gradient(Case batch, Replica replica, int split) {
        try (GradientSum sum = new GradientSum(batch.layout().length(), split)) {
            for (int j = 0; j < split; j++) {
                MicroBatch part = batch.part(j * IMAGES / split, (j + 1) * IMAGES / split);
                replica.clearGradient();
                replica.accumulate(part, (double) part.count() / IMAGES);
                sum.add(j, replica.gradient());
            }
            float[] values = new float[Math.toIntExact(batch.layout().length())];
            sum.vectors().get(0).read(0, values, 0, values.length);
            double[] wide = new double[values.length];
            Arrays.setAll(wide, i -> values[i]);
            return wide;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void inDoubleSplitsHaveTheGradientOfTheWhole(String name) throws IOException {
        Case batch = Case.named(name);
        GoldenCase golden = batch.golden();
        ComputationGraph graph = GoldenGraph.inDouble(golden);
        double[] whole = gradient(batch, graph, 1);
        for (int split : SPLITS) {
            assertClose(gradient(batch, graph, split), whole, batch.layout(), DOUBLE);
        }
    }

    /** The graph's gradients are sums over examples. */
    private static double[] gradient(Case batch, ComputationGraph graph, int split) {
        double[] sum = new double[Math.toIntExact(batch.layout().length())];
        for (int j = 0; j < split; j++) {
            MicroBatch part = batch.part(j * IMAGES / split, (j + 1) * IMAGES / split);
            graph.setInputs(Nd4j.createFromArray(part.images().array())
                    .castTo(DataType.DOUBLE)
                    .reshape(part.count(), part.size(), part.size(), 3));
            graph.setLabels(Nd4j.createFromArray(part.targets())
                    .castTo(DataType.DOUBLE)
                    .reshape(part.count(), part.classes())
                    .divi(IMAGES));
            graph.computeGradientAndScore();
            double[] values = graph.getGradientsViewArray().dup().data().asDouble();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += values[i];
            }
        }
        return sum;
    }

    private static void assertClose(double[] ours, double[] theirs, ParameterLayout layout, double tolerance) {
        for (Tensor tensor : layout.tensors()) {
            double difference = 0;
            double norm = 0;
            for (int i = (int) tensor.offset(); i < tensor.offset() + tensor.length(); i++) {
                difference += Math.pow(ours[i] - theirs[i], 2);
                norm += Math.pow(theirs[i], 2);
            }
            assertThat(norm).as(tensor.name()).isPositive();
            assertThat(Math.sqrt(difference / norm)).as(tensor.name()).isLessThan(tolerance);
        }
    }
}
