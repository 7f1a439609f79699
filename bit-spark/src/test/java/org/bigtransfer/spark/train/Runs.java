package org.bigtransfer.spark.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.hyperrule.Schedule;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.spark.train.TrainPlan.Reduction;
import org.bigtransfer.weights.WeightFile;
import org.bigtransfer.weights.WeightFile.Head;

/** Plans of small runs, and what is left of runs. */
record Runs(
        Path run,
        Path dataset,
        String engine,
        int globalBatch,
        int microBatch,
        int replicas,
        Reduction reduction,
        int averagingPeriod,
        double baseLr,
        int steps,
        long seed,
        int checkpointEvery,
        int evaluateEvery) {
    static final String ARCHITECTURE = "R[1]x1";

    /** 20 steps of 14 examples in 7 micro-batches by one replica: 90 examples make epochs of six steps and a short one. */
    static Runs of(Path run, Path dataset) {
        return new Runs(run, dataset, PooledEngine.NAME, 14, 2, 1, Reduction.TREE, 1, 0.003, 20, 7, 5, 0);
    }

    Runs in(Path other) {
        return new Runs(
                other,
                dataset,
                engine,
                globalBatch,
                microBatch,
                replicas,
                reduction,
                averagingPeriod,
                baseLr,
                steps,
                seed,
                checkpointEvery,
                evaluateEvery);
    }

    Runs engine(String value) {
        return new Runs(
                run,
                dataset,
                value,
                globalBatch,
                microBatch,
                replicas,
                reduction,
                averagingPeriod,
                baseLr,
                steps,
                seed,
                checkpointEvery,
                evaluateEvery);
    }

    Runs microBatch(int value) {
        return new Runs(
                run,
                dataset,
                engine,
                globalBatch,
                value,
                replicas,
                reduction,
                averagingPeriod,
                baseLr,
                steps,
                seed,
                checkpointEvery,
                evaluateEvery);
    }

    Runs replicas(int value) {
        return new Runs(
                run,
                dataset,
                engine,
                globalBatch,
                microBatch,
                value,
                reduction,
                averagingPeriod,
                baseLr,
                steps,
                seed,
                checkpointEvery,
                evaluateEvery);
    }

    Runs reduction(Reduction value) {
        return new Runs(
                run,
                dataset,
                engine,
                globalBatch,
                microBatch,
                replicas,
                value,
                averagingPeriod,
                baseLr,
                steps,
                seed,
                checkpointEvery,
                evaluateEvery);
    }

    Runs averagingPeriod(int value) {
        return new Runs(
                run,
                dataset,
                engine,
                globalBatch,
                microBatch,
                replicas,
                reduction,
                value,
                baseLr,
                steps,
                seed,
                checkpointEvery,
                evaluateEvery);
    }

    Runs baseLr(double value) {
        return new Runs(
                run,
                dataset,
                engine,
                globalBatch,
                microBatch,
                replicas,
                reduction,
                averagingPeriod,
                value,
                steps,
                seed,
                checkpointEvery,
                evaluateEvery);
    }

    Runs steps(int value) {
        return new Runs(
                run,
                dataset,
                engine,
                globalBatch,
                microBatch,
                replicas,
                reduction,
                averagingPeriod,
                baseLr,
                value,
                seed,
                checkpointEvery,
                evaluateEvery);
    }

    Runs seed(long value) {
        return new Runs(
                run,
                dataset,
                engine,
                globalBatch,
                microBatch,
                replicas,
                reduction,
                averagingPeriod,
                baseLr,
                steps,
                value,
                checkpointEvery,
                evaluateEvery);
    }

    Runs every(int checkpoint, int evaluate) {
        return new Runs(
                run,
                dataset,
                engine,
                globalBatch,
                microBatch,
                replicas,
                reduction,
                averagingPeriod,
                baseLr,
                steps,
                seed,
                checkpoint,
                evaluate);
    }

    TrainPlan plan() {
        return plan(TrainPlan.RANDOM);
    }

    TrainPlan plan(String weights) {
        return new TrainPlan(
                run.toString(),
                dataset.toString(),
                Profile.PYTORCH,
                ARCHITECTURE,
                weights,
                engine,
                new Resolution(18, 16),
                globalBatch,
                microBatch,
                replicas,
                1,
                reduction,
                averagingPeriod,
                baseLr,
                new Schedule(List.of(2, 12, 1000)),
                steps,
                0.1,
                seed,
                checkpointEvery,
                evaluateEvery,
                0,
                3);
    }

    static byte[] bytes(Path run, long step, String file) throws IOException {
        return Files.readAllBytes(run.resolve("checkpoints/step-%06d/%s".formatted(step, file)));
    }

    static float[] parameters(Path run, long step, int classes) throws IOException {
        ParameterLayout layout = ParameterLayout.of(Architecture.of(ARCHITECTURE), classes);
        Path file = run.resolve("checkpoints/step-%06d/model.npz".formatted(step));
        try (NativeVector vector = NativeVector.zeros(layout.length())) {
            WeightFile.read(Files.newInputStream(file), file.toString(), layout, Head.KEEP, vector);
            float[] values = new float[(int) layout.length()];
            vector.read(0, values, 0, values.length);
            return values;
        }
    }
}
