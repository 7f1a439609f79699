package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.bigtransfer.TensorFlowGolden;
import org.bigtransfer.replica.MomentumForm;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class MomentumTest {
    private static final ISchedule TENFOLD = new MapSchedule.Builder(ScheduleType.ITERATION)
            .add(0, 0.1)
            .add(1, 1.0)
            .build();

    /** Steps of −1 and then −1.9 at rates of 0.1 and 1: the velocity does not contain the rate. */
    @Test
    void theRateScalesTheStepAndNotTheVelocity() {
        GradientUpdater<Momentum> updater =
                new Momentum(TENFOLD).instantiate(Nd4j.createFromArray(7.0, 7.0).reshape(1, 2), true);
        INDArray first = Nd4j.createFromArray(1.0, -2.0);
        updater.applyUpdater(first, 0, 0);
        assertThat(first.toDoubleVector()).containsExactly(new double[] {0.1, -0.2}, within(1e-12));
        INDArray second = Nd4j.createFromArray(1.0, -2.0);
        updater.applyUpdater(second, 1, 0);
        assertThat(second.toDoubleVector()).containsExactly(new double[] {1.9, -3.8}, within(1e-12));
    }

    @Test
    void clonesAreEqualAndOtherRatesAreNot() {
        assertThat(new Momentum(0.1).clone()).isEqualTo(new Momentum(0.1)).isNotEqualTo(new Momentum(0.2));
        assertThat(new Momentum(TENFOLD).clone())
                .isEqualTo(new Momentum(TENFOLD))
                .isNotEqualTo(new Momentum(0.1))
                .isNotEqualTo(new Momentum(MomentumForm.RATE_INSIDE, TENFOLD));
        Momentum inside = new Momentum(MomentumForm.RATE_INSIDE, TENFOLD);
        assertThat(inside.clone()).isEqualTo(inside);
    }

    @Test
    void theRateIsInsideTheVelocityAsKerasHasIt() throws IOException {
        INDArray fitted = Nd4j.createFromArray(0.5f, -2, 3);
        float[][] gradients = {{1, -1, 0.5f}, {0.125f, 2, -3}, {0.25f, 0.5f, 1}};
        float[] keras = TensorFlowGolden.values("sgd_rate_inside");
        ISchedule rates = new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.1, 1, 0.01, 2, 0.02));
        GradientUpdater<Momentum> updater =
                new Momentum(MomentumForm.RATE_INSIDE, rates).instantiate(Nd4j.zeros(DataType.FLOAT, 1, 3), true);
        for (int step = 0; step < gradients.length; step++) {
            INDArray update = Nd4j.createFromArray(gradients[step]);
            updater.applyUpdater(update, step, 0);
            fitted.subi(update);
            float[] expected = Arrays.copyOfRange(keras, 3 * step, 3 * step + 3);
            assertThat(fitted.data().asFloat())
                    .containsExactly(expected, Offset.offset(2.5e-7f)); // a float32 step at 3
        }
    }
}
