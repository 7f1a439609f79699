package org.bigtransfer.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bigtransfer.replica.Loss;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    @Test
    void scoresARowOfLogits() {
        float[] logits = {9, 9, 9, 9, 9, 9, 9, 0, 1, 2, 3, 4, 5, 6};
        Scored scored = Scored.of(logits, 7, 1, 4, Loss.SOFTMAX);
        assertThat(scored.predicted()).isEqualTo(6);
        assertThat(scored.trueRank()).isEqualTo(3);
        assertThat(scored.top().labels()).containsExactly(6, 5, 4, 3, 2);
        double sum = 0;
        for (int i = 0; i < 7; i++) {
            sum += Math.exp(i);
        }
        assertThat(scored.loss()).isCloseTo(Math.log(sum) - 4, within(1e-12));
        assertThat(scored.top().probabilities()[0]).isCloseTo(Math.exp(6) / sum, within(1e-12));
    }

    /** Numbers of PyTorch 2.15's {@code binary_cross_entropy_with_logits} in float64. */
    @Test
    void aSigmoidHeadsLossIsTheSumOverItsClasses() {
        Scored scored = Scored.of(new float[] {0.5f, -2, 500}, 3, 0, 1, Loss.SIGMOID);
        assertThat(scored.loss()).isCloseTo(503.1010049952231, within(1e-10));
        assertThat(scored.trueRank()).isEqualTo(3);
        assertThat(scored.top().labels()).containsExactly(2, 0, 1);
        assertThat(scored.top().probabilities())
                .containsExactly(new double[] {1, 0.6224593312018546, 0.11920292202211755}, within(1e-12));
    }

    @Test
    void equalLogitsRankByIndex() {
        Scored scored = Scored.of(new float[] {1, 2, 2, 2}, 4, 0, 3, Loss.SOFTMAX);
        assertThat(scored.predicted()).isEqualTo(1);
        assertThat(scored.trueRank()).isEqualTo(3);
        assertThat(scored.top().labels()).containsExactly(1, 2, 3, 0);
    }

    @Test
    void largeLogitsDoNotOverflow() {
        Scored scored = Scored.of(new float[] {1000, 0, -1000}, 3, 0, 2, Loss.SOFTMAX);
        assertThat(scored.loss()).isEqualTo(2000);
        assertThat(scored.top().probabilities()).containsExactly(1, 0, 0);
    }

    @Test
    void refusesLogitsThatAreNotFinite() {
        assertThatThrownBy(() -> Scored.of(new float[] {0, Float.NaN}, 2, 0, 0, Loss.SOFTMAX))
                .hasMessage("logits must be finite: NaN for class 1");
        assertThatThrownBy(() -> Scored.of(new float[] {0, 0, Float.NEGATIVE_INFINITY, 0}, 2, 1, 0, Loss.SOFTMAX))
                .hasMessage("logits must be finite: -Infinity for class 0");
        assertThatThrownBy(() -> Scored.of(new float[] {0, 1}, 2, 0, 2, Loss.SOFTMAX))
                .hasMessage("label must be in 0..1: 2");
    }

    @Test
    void countsAnExampleInItsOwnClass() {
        Evaluation evaluation = new Evaluation(7);
        Scored scored = Scored.of(new float[] {0, 1, 2, 3, 4, 5, 6}, 7, 0, 4, Loss.SOFTMAX);
        evaluation.add(scored);
        assertThat(evaluation.examples(4)).isEqualTo(1);
        assertThat(evaluation.top1(4)).isZero();
        assertThat(evaluation.top5(4)).isEqualTo(1);
        assertThat(evaluation.loss()).isEqualTo(scored.loss());
    }

    @Test
    void countsByClassAndMergesParts() {
        Evaluation one = new Evaluation(7);
        one.add(0, 1, 0.5);
        one.add(0, 5, 1.5);
        Evaluation two = new Evaluation(7);
        two.add(1, 6, 4);
        two.add(1, 1, 0.25);
        two.add(1, 2, 3.75);
        Evaluation whole = one.merge(two);
        assertThat(whole.examples()).isEqualTo(5);
        assertThat(whole.loss()).isEqualTo(2);
        assertThat(whole.top1()).isEqualTo(2 / 5.0);
        assertThat(whole.top5()).isEqualTo(4 / 5.0);
        assertThat(whole.examples(1)).isEqualTo(3);
        assertThat(whole.top1(0)).isEqualTo(0.5);
        assertThat(whole.top5(0)).isEqualTo(1);
        assertThat(whole.top1(1)).isEqualTo(1 / 3.0);
        assertThat(whole.top5(1)).isEqualTo(2 / 3.0);
        assertThat(whole.examples(2)).isZero();
        assertThat(whole.top1(2)).isNaN();
        assertThatThrownBy(() -> one.merge(new Evaluation(3)))
                .hasMessage("evaluations must have the same classes: 7 and 3");
    }

    /** As replicas do, each of which evaluates every R-th row group. */
    @Test
    void theLossHasTheSameBitsInAnyParts() {
        double[] losses = new SplittableRandom(1)
                .doubles(999, 0, 1)
                .map(u -> -Math.log(u))
                .toArray();
        Evaluation whole = new Evaluation(7);
        for (int i = 0; i < losses.length; i++) {
            whole.add(i % 7, 1, losses[i]);
        }
        double exact = Arrays.stream(losses)
                        .mapToObj(BigDecimal::new)
                        .reduce(BigDecimal.ZERO, BigDecimal::add)
                        .doubleValue()
                / losses.length;
        assertThat(whole.loss()).isEqualTo(exact);
        for (int replicas = 2; replicas <= 8; replicas++) {
            Evaluation merged = new Evaluation(7);
            for (int rank = 0; rank < replicas; rank++) {
                Evaluation part = new Evaluation(7);
                for (int i = rank; i < losses.length; i += replicas) {
                    part.add(i % 7, 1, losses[i]);
                }
                merged.merge(part);
            }
            assertThat(merged.loss()).as("%d replicas", replicas).isEqualTo(exact);
        }
    }

    @Test
    void nothingEvaluatedIsNaN() {
        Evaluation none = new Evaluation(2);
        assertThat(none.loss()).isNaN();
        assertThat(none.top1()).isNaN();
        assertThat(none.top5()).isNaN();
    }
}
