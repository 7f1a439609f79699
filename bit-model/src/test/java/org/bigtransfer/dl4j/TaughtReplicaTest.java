package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.GoldenCase;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.TaughtReplica;
import org.junit.jupiter.api.Test;

class TaughtReplicaTest {
    private static Replica open(GoldenCase golden, boolean moved) {
        Replica replica = golden.open(1);
        if (moved) {
            replica.accumulate(golden.batch(), 1);
            replica.update(0.01);
            replica.clearGradient();
        }
        return replica;
    }

    /** Float32 targets are probabilities to 6e-8, which a student's own, in double, then differ from. */
    @Test
    void aStudentThatEqualsItsTeacherHasNothingToLearn() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        try (Replica plain = open(golden, false);
                Replica taught = new TaughtReplica(open(golden, false), open(golden, false))) {
            plain.accumulate(golden.mixedBatch(), 1);
            double norm = norm(Floats.of(plain.gradient()));
            double loss = taught.accumulate(golden.mixedBatch(), 1).getAsDouble();
            assertThat(loss).isCloseTo(0, within(1e-7));
            assertThat(norm(Floats.of(taught.gradient()))).isLessThan(1e-6 * norm);
        }
    }

    /** As if the teacher's predictions of the same images had been the labels, less their entropy. */
    @Test
    void whatIsLearnedIsWhatTheTeacherSaysOfTheSameImages() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        MicroBatch mixed = golden.mixedBatch();
        try (Replica teacher = open(golden, true);
                Replica plain = open(golden, false);
                Replica taught = new TaughtReplica(open(golden, false), open(golden, true))) {
            float[] logits =
                    teacher.predict(mixed.images(), mixed.count(), mixed.size()).logits();
            float[] targets = new float[logits.length];
            double entropy = 0;
            for (int row = 0; row < mixed.count(); row++) {
                double sum = 0;
                for (int k = 0; k < mixed.classes(); k++) {
                    sum += Math.exp(logits[row * mixed.classes() + k]);
                }
                for (int k = 0; k < mixed.classes(); k++) {
                    double p = Math.exp(logits[row * mixed.classes() + k]) / sum;
                    targets[row * mixed.classes() + k] = (float) p;
                    entropy -= p * Math.log(p) / mixed.count();
                }
            }
            MicroBatch labelled = new MicroBatch(mixed.images(), mixed.count(), mixed.size(), targets);
            double crossEntropy = plain.accumulate(labelled, 0.5).getAsDouble();
            double divergence = taught.accumulate(mixed, 0.5).getAsDouble();
            assertThat(divergence).isPositive().isCloseTo(crossEntropy - entropy, within(1e-6));
            float[] expected = Floats.of(plain.gradient());
            float[] actual = Floats.of(taught.gradient());
            for (int i = 0; i < actual.length; i++) {
                actual[i] -= expected[i];
            }
            assertThat(norm(actual)).isLessThan(1e-5 * norm(expected));
        }
    }

    @Test
    void onlyTheStudentChanges() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        Replica teacher = open(golden, true);
        try (Replica taught = new TaughtReplica(open(golden, false), teacher)) {
            float[] before = new float[100];
            teacher.parameters().read(0, before, 0, 100);
            taught.accumulate(golden.batch(), 1);
            taught.update(0.1);
            float[] after = new float[100];
            teacher.parameters().read(0, after, 0, 100);
            assertThat(after).isEqualTo(before);
            taught.parameters().read(0, after, 0, 100);
            assertThat(after).isNotEqualTo(Arrays.copyOf(golden.weights(), 100));
        }
    }

    private static double norm(float[] values) {
        double square = 0;
        for (double value : values) {
            square += value * value;
        }
        return Math.sqrt(square);
    }
}
