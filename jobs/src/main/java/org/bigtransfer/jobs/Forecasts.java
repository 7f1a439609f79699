package org.bigtransfer.jobs;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.bigtransfer.jobs.plan.Forecast;
import org.bigtransfer.jobs.plan.SlotCount;
import org.bigtransfer.jobs.settings.PlanResolution;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.train.TrainPlan;

/** Forecasts training from settings. Spark is asked only where a master is given. */
final class Forecasts {
    private Forecasts() {}

    /** Of training on this dataset; too few slots are refused. */
    static Forecast strict(JobRun run, DatasetDescription dataset, TrainedModel model) {
        SlotCount slots = slots(run);
        return of(run, dataset, model, slots, slots.count());
    }

    /** Of training on this dataset; too few slots are part of the forecast. */
    static Forecast lenient(JobRun run, DatasetDescription dataset, TrainedModel model) {
        return on(run, dataset, model, slots(run));
    }

    /** As {@link #lenient}, on slots that are known. */
    static Forecast on(JobRun run, DatasetDescription dataset, TrainedModel model, SlotCount slots) {
        return of(run, dataset, model, slots, Math.max(slots.count(), asked(run)));
    }

    private static Forecast of(JobRun run, DatasetDescription dataset, TrainedModel model, SlotCount slots, int count) {
        Settings settings = run.loaded().settings();
        TrainPlan plan = run.loaded().trainPlan(dataset, count, model.architecture(), model.weights(), model.teacher());
        return new Forecast(
                plan,
                PlanResolution.trainingExamples(dataset, plan.input().examplesPerClass()),
                dataset.classes().size(),
                slots,
                settings.plan().imagesPerSecond());
    }

    private static SlotCount slots(JobRun run) {
        if (run.master().isEmpty()) {
            return SlotCount.local(asked(run));
        }
        try (Sessions session = Sessions.forTraining(
                run, asked(run), run.loaded().settings().train().threads())) {
            return new SlotCount(
                    session.slots(asked(run)), session.spark().sparkContext().master());
        }
    }

    private static int asked(JobRun run) {
        return run.loaded().settings().train().replicas().or(() -> 0);
    }

    /** For Hadoop's file systems, without a Spark session. */
    static Configuration conf() {
        return SparkHadoopUtil.get().conf();
    }
}
