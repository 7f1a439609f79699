package org.bigtransfer.jobs.settings;

import org.bigtransfer.replica.Engine;

/** The jobs, and what each cannot do without. */
public enum Job {
    SHARD("shard") {
        @Override
        void require(Settings settings, Rules rules) {
            requireDataset(settings, rules);
            rules.must(
                    !settings.shard().train().isEmpty(),
                    "shard.train",
                    "name a folder of class folders, or a tar or tar.gz of one",
                    NONE);
        }
    },
    TRAIN("train") {
        @Override
        void require(Settings settings, Rules rules) {
            requireDataset(settings, rules);
            rules.accepts("engine", () -> Engine.named(settings.engine()));
        }
    },
    EVALUATE("evaluate") {
        @Override
        void require(Settings settings, Rules rules) {
            requireDataset(settings, rules);
            rules.accepts("engine", () -> Engine.named(settings.engine()));
            rules.must(
                    settings.namesRun() || settings.model().hasWeights(),
                    "run",
                    "name a run directory where neither run-id nor model.weights says what to evaluate",
                    "auto");
        }
    },
    SQL("sql") {
        @Override
        void require(Settings settings, Rules rules) {}
    },
    QUICKSTART("quickstart") {
        @Override
        void require(Settings settings, Rules rules) {
            rules.accepts("engine", () -> Engine.named(settings.engine()));
        }
    },
    BENCH_TRAIN("bench train") {
        @Override
        void require(Settings settings, Rules rules) {
            rules.accepts("engine", () -> Engine.named(settings.engine()));
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

    abstract void require(Settings settings, Rules rules);

    private static void requireDataset(Settings settings, Rules rules) {
        rules.must(!settings.dataset().isEmpty(), "dataset", "name the dataset's folder", NONE);
    }
}
