package org.bigtransfer.spark.train;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.hyperrule.AveragingPeriod;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.hyperrule.Schedule;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.replica.Precision;
import org.bigtransfer.spark.train.EarlyStopping.Metric;
import org.bigtransfer.spark.train.TrainPlan.Input;
import org.bigtransfer.spark.train.TrainPlan.Milestones;
import org.bigtransfer.spark.train.TrainPlan.Network;
import org.bigtransfer.spark.train.TrainPlan.Optimization;
import org.bigtransfer.spark.train.TrainPlan.Reduction;
import org.bigtransfer.spark.train.TrainPlan.Teacher;
import org.bigtransfer.spark.train.TrainPlan.Work;
import org.bigtransfer.weights.WeightFile;
import org.bigtransfer.weights.WeightFile.Head;

/** Plans of small runs, each change a copy, and what is left of runs. */
final class Runs implements Cloneable {
    private Path run;
    private String scheme = "";
    private final Path dataset;
    private String architecture = "R[1]x1";
    private List<String> freeze = List.of();
    private Profile profile = Profile.PYTORCH;
    private Resolution resolution = new Resolution(18, 16);
    private String engine = PooledEngine.NAME;
    private Precision precision = Precision.FLOAT32;
    private int globalBatch = 14;
    private int microBatch = 2;
    private int replicas = 1;
    private Reduction reduction = Reduction.TREE;
    private AveragingPeriod averagingPeriod = AveragingPeriod.EVERY_STEP;
    private String teacher = "";
    private Loss loss = Loss.SOFTMAX;
    private double weightDecay;
    private double baseLr = 0.003;
    private int steps = 20;
    private long seed = 7;
    private int checkpointEvery = 5;
    private int evaluateEvery;
    private int examplesPerClass;
    private EarlyStopping earlyStopping = new EarlyStopping(Metric.NONE, 1);

    private Runs(Path run, Path dataset) {
        this.run = run;
        this.dataset = dataset;
    }

    /** 20 steps of 14 examples in 7 micro-batches by one replica: 90 examples make epochs of six steps and a short one. */
    static Runs of(Path run, Path dataset) {
        return new Runs(run, dataset);
    }

    private Runs with(Consumer<Runs> change) {
        try {
            Runs copy = (Runs) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    Path run() {
        return run;
    }

    /** The run as the plan names it. */
    String location() {
        return scheme + run;
    }

    /** On the file system of that scheme. */
    Runs on(String value) {
        return with(copy -> copy.scheme = value + ":");
    }

    Runs in(Path value) {
        return with(copy -> copy.run = value);
    }

    Runs architecture(String value) {
        return with(copy -> copy.architecture = value);
    }

    Runs freeze(String... values) {
        return with(copy -> copy.freeze = List.of(values));
    }

    Runs profile(Profile value) {
        return with(copy -> {
            copy.profile = value;
            copy.resolution = value.sizes(resolution.precrop(), resolution.crop());
        });
    }

    Runs resolution(int precrop, int crop) {
        return with(copy -> copy.resolution = new Resolution(precrop, crop));
    }

    Runs engine(String value) {
        return with(copy -> copy.engine = value);
    }

    Runs precision(Precision value) {
        return with(copy -> copy.precision = value);
    }

    Runs globalBatch(int value) {
        return with(copy -> copy.globalBatch = value);
    }

    Runs microBatch(int value) {
        return with(copy -> copy.microBatch = value);
    }

    Runs replicas(int value) {
        return with(copy -> copy.replicas = value);
    }

    Runs reduction(Reduction value) {
        return with(copy -> copy.reduction = value);
    }

    Runs averagingPeriod(int value) {
        return averagingPeriod(new AveragingPeriod.Fixed(value));
    }

    Runs averagingPeriod(AveragingPeriod value) {
        return with(copy -> copy.averagingPeriod = value);
    }

    /** @param file of weights of the same architecture */
    Runs teacher(Path file) {
        return with(copy -> copy.teacher = file.toString());
    }

    Runs loss(Loss value) {
        return with(copy -> copy.loss = value);
    }

    Runs weightDecay(double value) {
        return with(copy -> copy.weightDecay = value);
    }

    Runs baseLr(double value) {
        return with(copy -> copy.baseLr = value);
    }

    Runs steps(int value) {
        return with(copy -> copy.steps = value);
    }

    Runs seed(long value) {
        return with(copy -> copy.seed = value);
    }

    Runs every(int checkpoint, int evaluate) {
        return with(copy -> {
            copy.checkpointEvery = checkpoint;
            copy.evaluateEvery = evaluate;
        });
    }

    Runs earlyStopping(Metric metric, int patience) {
        return with(copy -> copy.earlyStopping = new EarlyStopping(metric, patience));
    }

    Runs examplesPerClass(int value) {
        return with(copy -> copy.examplesPerClass = value);
    }

    TrainPlan plan() {
        return plan(TrainPlan.RANDOM);
    }

    TrainPlan plan(String weights) {
        return new TrainPlan(
                location(),
                dataset.toString(),
                engine,
                precision,
                seed,
                new Network(
                        architecture,
                        weights.equals(TrainPlan.RANDOM)
                                ? TrainPlan.Weights.random()
                                : new TrainPlan.Weights(weights, weights, Head.ZERO),
                        0,
                        freeze),
                teacher.isEmpty()
                        ? Teacher.NONE
                        : new Teacher(architecture, new TrainPlan.Weights(teacher, teacher, Head.KEEP)),
                new Input(new Preprocessing(profile, resolution), 0.1, examplesPerClass),
                new Work(globalBatch, microBatch, replicas, 1, reduction, averagingPeriod),
                new Optimization(loss, weightDecay, baseLr, new Schedule(List.of(2, 12, 1000)), steps),
                new Milestones(checkpointEvery, evaluateEvery, 3, earlyStopping));
    }

    /** A file of the checkpoint after so many steps. @param name its name, or how it begins; of several the newest */
    Path file(long step, String name) {
        Path folder = run.resolve("checkpoints/step-%06d".formatted(step));
        File[] found = folder.toFile().listFiles((where, file) -> file.startsWith(name));
        return Stream.ofNullable(found)
                .flatMap(Stream::of)
                .max(Comparator.comparingLong(File::lastModified))
                .map(File::toPath)
                .orElse(folder.resolve(name));
    }

    /** The parameters after so many steps. */
    float[] parameters(long step) throws IOException {
        ParameterLayout layout = ParameterLayout.of(Architecture.of(architecture), TrainingData.CLASSES.size());
        Path file = file(step, "model.npz");
        try (InputStream in = Files.newInputStream(file);
                NativeVector vector = NativeVector.zeros(layout.length())) {
            WeightFile.read(in, file.toString(), layout, Head.KEEP, vector);
            float[] values = new float[(int) layout.length()];
            vector.read(0, values, 0, values.length);
            return values;
        }
    }
}
