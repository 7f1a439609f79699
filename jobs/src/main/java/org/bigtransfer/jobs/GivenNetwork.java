package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.Optimizer;
import org.bigtransfer.replica.ReplicaSpec;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.network.Network;
import org.bigtransfer.spark.train.RunModel;
import org.bigtransfer.spark.train.RunState;
import org.bigtransfer.weights.PublishedWeights;
import org.bigtransfer.weights.WeightFile.Head;

/**
 * The network that settings name, to be used as it is.
 *
 * @param runId the run that it comes from; of a weight file its title
 * @param step updates that it has seen; 0 for a weight file
 * @param weights what its weights are called: a checkpoint's file, or as the settings have them
 * @param classNames of the head's outputs in turn; their numbers where nothing names them
 */
record GivenNetwork(String runId, long step, String weights, List<String> classNames, Network network) {
    /** The HyperRule looks at the size of images; where it is unknown, they are photographs. */
    private static final long UNKNOWN_AREA = Long.MAX_VALUE;

    /** What a job needs of the network's head. */
    enum HeadUse {
        /** The dataset's classes. */
        OF_DATASET,
        /** Some classes. */
        ANY,
        /** Nothing: features end before it. */
        NONE
    }

    /**
     * How it will be used.
     *
     * @param dataset that it is used on, if it is one
     * @param threads compute threads a replica
     * @param batch images a forward pass, at most
     */
    record Use(HeadUse head, Optional<DatasetDescription> dataset, int threads, int batch) {
        Head policy() {
            return head == HeadUse.NONE ? Head.ZERO : Head.KEEP;
        }
    }

    /**
     * What the settings name.
     *
     * @throws org.bigtransfer.jobs.settings.InvalidSettingsException when there is none, or its head is another
     */
    static GivenNetwork find(JobRun run, Configuration conf, Use use) throws IOException {
        Optional<RunModel> trained = trained(run, conf);
        return trained.isPresent() ? ofRun(run, conf, use, trained.get()) : ofWeights(run, conf, use);
    }

    /**
     * What the run offers, see {@link RunModel}; empty where {@code model.weights} is to be taken: there is none, and no
     * run directory is named.
     *
     * @throws org.bigtransfer.jobs.settings.InvalidSettingsException when there is neither
     */
    static Optional<RunModel> trained(JobRun run, Configuration conf) throws IOException {
        Settings settings = run.loaded().settings();
        Optional<RunModel> trained = RunModel.find(conf, settings.run());
        if (trained.isEmpty()
                && (run.loaded().isGiven("run") || !settings.model().hasWeights())) {
            throw run.loaded().invalid(new Problem("run", "run must hold a committed checkpoint: " + settings.run()));
        }
        return trained;
    }

    private static GivenNetwork ofRun(JobRun run, Configuration conf, Use use, RunModel trained) throws IOException {
        Settings settings = run.loaded().settings();
        RunState state = trained.state();
        List<String> classes = state.classes();
        if (use.head() == HeadUse.OF_DATASET
                && !classes.equals(use.dataset().orElseThrow().classes())) {
            throw run.loaded()
                    .invalid(new Problem(
                            "dataset",
                            "dataset must have the classes of run %s, %s: %s"
                                    .formatted(
                                            settings.run(),
                                            classes,
                                            use.dataset().orElseThrow().classes())));
        }
        String file = trained.weights().toString();
        Network network = network(
                settings,
                use,
                Architecture.of(state.fixed().get("architecture")),
                use.head() == HeadUse.NONE ? 1 : classes.size(),
                Loss.valueOf(state.fixed().get("loss")),
                file,
                preprocessing(run, state.preprocessing()));
        return new GivenNetwork(
                RunFiles.runId(conf, settings.run()), trained.step(), file, names(run, conf, use, classes), network);
    }

    private static GivenNetwork ofWeights(JobRun run, Configuration conf, Use use) throws IOException {
        Settings settings = run.loaded().settings();
        GivenWeights given = GivenWeights.ofModel(run, conf);
        int classes =
                switch (use.head()) {
                    case OF_DATASET -> use.dataset().orElseThrow().classes().size();
                    case ANY -> given.describe(run, conf).classes().orElseThrow(() -> run.loaded()
                            .invalid(new Problem("model.weights", "model.weights must have a head: " + given.name())));
                    case NONE -> 1;
                };
        given.requireFit(run, conf, classes, use.policy());
        long area = use.dataset().map(DatasetDescription::medianArea).orElse(UNKNOWN_AREA);
        List<String> unnamed = use.head() == HeadUse.OF_DATASET
                ? use.dataset().orElseThrow().classes()
                : IntStream.range(0, classes).mapToObj(String::valueOf).toList();
        return new GivenNetwork(
                given.title(),
                0,
                given.name(),
                names(run, conf, use, unnamed),
                network(
                        settings,
                        use,
                        given.architecture(),
                        classes,
                        settings.train().loss(),
                        given.file(),
                        preprocessing(run, given, area)));
    }

    /** What settings say, at the size that published weights are for if none is given. */
    static Preprocessing preprocessing(JobRun run, GivenWeights given, long area) {
        Preprocessing resolved = run.loaded().preprocessing(area, given.architecture());
        OptionalInt size =
                PublishedWeights.named(given.name()).map(PublishedWeights::size).orElse(OptionalInt.empty());
        boolean isGiven =
                run.loaded().settings().preprocess().evaluateSize().given().isPresent();
        return isGiven || size.isEmpty() ? resolved : resized(resolved, size.getAsInt());
    }

    /** What {@code model.class-names} says, or else these; a dataset's classes have their names, but the text must fit. */
    private static List<String> names(JobRun run, Configuration conf, Use use, List<String> otherwise)
            throws IOException {
        String file = run.loaded().settings().model().classNames();
        if (use.head() == HeadUse.NONE || file.isEmpty()) {
            return otherwise;
        }
        List<String> given = ClassNames.read(run, conf, file, otherwise.size());
        return use.head() == HeadUse.ANY ? given : otherwise;
    }

    private static Network network(
            Settings settings,
            Use use,
            Architecture architecture,
            int classes,
            Loss loss,
            String file,
            Preprocessing preprocessing) {
        // Nothing is trained: any optimizer will do.
        ReplicaSpec replica = new ReplicaSpec(
                architecture,
                classes,
                preprocessing.profile().epsilon(),
                loss,
                Optimizer.BIT,
                use.threads(),
                settings.precision());
        return new Network(settings.engine(), replica, file, use.policy(), preprocessing, use.batch());
    }

    /** As it was in training, but for the size if one is given. */
    private static Preprocessing preprocessing(JobRun run, Preprocessing trained) {
        Settings settings = run.loaded().settings();
        List<Problem> problems = new ArrayList<>();
        mustBe(run, "profile", trained.profile().setting(), settings.profile(), problems);
        settings.preprocess()
                .valueRange()
                .given()
                .ifPresent(range ->
                        mustBe(run, "preprocess.value-range", trained.range().setting(), range.setting(), problems));
        if (!problems.isEmpty()) {
            throw run.loaded().invalid(problems.toArray(Problem[]::new));
        }
        int size = settings.preprocess().evaluateSize().or(() -> trained.resolution()
                .evaluation());
        return resized(trained, size);
    }

    private static Preprocessing resized(Preprocessing of, int evaluation) {
        return new Preprocessing(
                of.profile(), of.resolution().withEvaluation(evaluation), of.augmentation(), of.range());
    }

    private static void mustBe(JobRun run, String key, String trained, String given, List<Problem> problems) {
        if (run.loaded().isGiven(key) && !given.equals(trained)) {
            problems.add(new Problem(
                    key,
                    "%s must be what run %s was trained with, %s: %s"
                            .formatted(key, run.loaded().settings().run(), trained, given)));
        }
    }

    /** The architecture's name. */
    String architecture() {
        return network.replica().architecture().name();
    }

    /** The settings that the network decides. */
    Map<String, Object> resolved() {
        Preprocessing preprocessing = network.preprocessing();
        return Map.of(
                "model.architecture",
                architecture(),
                "model.weights",
                weights,
                "profile",
                preprocessing.profile().setting(),
                "preprocess.evaluate-size",
                preprocessing.resolution().evaluation(),
                "preprocess.value-range",
                preprocessing.range().setting());
    }

    /** What an output says of the network that it comes from. */
    Map<String, Object> provenance() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_run_id", runId);
        values.put("step", step);
        values.put("architecture", architecture());
        values.put("weights", weights);
        values.put("size", network.size());
        values.put("git_commit", Build.commit());
        return values;
    }

    /** For the log. */
    @Override
    public String toString() {
        return "%s (%s, step %d) at %d pixels".formatted(weights, architecture(), step, network.size());
    }
}
