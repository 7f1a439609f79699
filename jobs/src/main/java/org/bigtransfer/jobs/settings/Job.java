package org.bigtransfer.jobs.settings;

import org.bigtransfer.preprocess.Augmentation.Cropping;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.Precision;
import org.bigtransfer.spark.train.TrainPlan;

/** The jobs, and what each cannot do without. */
public enum Job {
    SHARD("shard") {
        @Override
        void require(Values values, Rules rules) {
            requireDataset(values, rules);
            rules.must(
                    !values.text("shard.train").isEmpty(), "shard.train", "name a folder or archive of images", NONE);
            requireStorable(values, rules);
        }
    },
    INSPECT("inspect") {
        @Override
        void require(Values values, Rules rules) {
            requireDataset(values, rules);
        }
    },
    TRAIN("train") {
        @Override
        void require(Values values, Rules rules) {
            requireDataset(values, rules);
            requireEngine(values, rules);
            rules.must(
                    values.text("teacher.weights").equals(TrainPlan.RANDOM)
                            || values.oneOf("train.loss", Loss.class) == Loss.SOFTMAX,
                    "train.loss",
                    "be softmax where there is a teacher",
                    values.text("train.loss"));
        }
    },
    PLAN("plan") {
        @Override
        void require(Values values, Rules rules) {
            requireEngine(values, rules);
        }
    },
    DOCTOR("doctor") {
        @Override
        void require(Values values, Rules rules) {}
    },
    EVALUATE("evaluate") {
        @Override
        void require(Values values, Rules rules) {
            requireDataset(values, rules);
            requireEngine(values, rules);
            requireNetwork(values, rules);
            rules.must(
                    values.oneOf("model.head", HeadPolicy.class) != HeadPolicy.ZERO,
                    "model.head",
                    "be keep or auto for evaluate",
                    "zero");
        }
    },
    EXPORT("export") {
        @Override
        void require(Values values, Rules rules) {
            rules.must(!values.text("export.file").isEmpty(), "export.file", "name a file", NONE);
            requireNetwork(values, rules);
        }
    },
    PUBLISH("publish") {
        @Override
        void require(Values values, Rules rules) {
            rules.must(!values.text("publish.pointer").isEmpty(), "publish.pointer", "name a file", NONE);
            rules.must(
                    values.textOr("auto", "run").given().isPresent()
                            || values.textOr("auto", "run-id").given().isPresent(),
                    "run",
                    "name a run directory",
                    "auto");
        }
    },
    PREDICT("predict") {
        @Override
        void require(Values values, Rules rules) {
            requireEngine(values, rules);
            requireNetwork(values, rules);
            rules.must(
                    values.oneOf("model.head", HeadPolicy.class) != HeadPolicy.ZERO,
                    "model.head",
                    "be keep or auto for predict",
                    "zero");
        }
    },
    FEATURES("features") {
        @Override
        void require(Values values, Rules rules) {
            requireDataset(values, rules);
            requireEngine(values, rules);
            requireNetwork(values, rules);
            rules.must(!values.text("features.output").isEmpty(), "features.output", "name a folder", NONE);
        }
    },
    PROBE("probe") {
        @Override
        void require(Values values, Rules rules) {
            if (values.text("probe.features").isEmpty()) {
                requireDataset(values, rules);
                requireEngine(values, rules);
                requireNetwork(values, rules);
            }
        }
    },
    SQL("sql") {
        @Override
        void require(Values values, Rules rules) {}
    },
    QUICKSTART("quickstart") {
        @Override
        void require(Values values, Rules rules) {
            requireEngine(values, rules);
            rules.must(values.integer("train.draws") == 1, "train.draws", "be 1", values.integer("train.draws"));
        }
    },
    BENCH_TRAIN("bench train") {
        @Override
        void require(Values values, Rules rules) {
            requireEngine(values, rules);
        }
    },
    BENCH_AVERAGING("bench averaging") {
        @Override
        void require(Values values, Rules rules) {}
    },
    BENCH_INPUT("bench input") {
        @Override
        void require(Values values, Rules rules) {
            requirePhotographs(values, rules);
        }
    },
    BENCH_SHARD("bench shard") {
        @Override
        void require(Values values, Rules rules) {
            requirePhotographs(values, rules);
            requireStorable(values, rules);
        }
    };

    private static final String NONE = "\"\"";

    private final String title;

    Job(String title) {
        this.title = title;
    }

    /** As the command line has it. */
    public String title() {
        return title;
    }

    abstract void require(Values values, Rules rules);

    private static void requirePhotographs(Values values, Rules rules) {
        rules.must(
                !values.text("bench.images").isEmpty(),
                "bench.images",
                "name a folder of class folders with photographs, or a tar of one",
                NONE);
    }

    private static void requireStorable(Values values, Rules rules) {
        StoreSettings.check(
                values.oneOf("shard.store", StoreSettings.Kind.class),
                values.text("profile"),
                values.oneOf("preprocess.cropping", Cropping.class),
                rules);
    }

    private static void requireDataset(Values values, Rules rules) {
        rules.must(!values.text("dataset").isEmpty(), "dataset", "name the dataset's folder", NONE);
    }

    private static void requireNetwork(Values values, Rules rules) {
        rules.must(
                values.textOr("auto", "run").given().isPresent()
                        || values.textOr("auto", "run-id").given().isPresent()
                        || !values.text("model.weights").equals(TrainPlan.RANDOM),
                "run",
                "name a run directory where neither run-id nor model.weights says which network",
                "auto");
    }

    private static void requireEngine(Values values, Rules rules) {
        rules.accepts("engine", () -> Engine.named(values.text("engine")));
        Precision precision = values.oneOf("precision", Precision.class);
        if (precision != Precision.FLOAT32) {
            rules.accepts("precision", () -> Engine.named(values.text("engine")).require(precision));
        }
    }
}
