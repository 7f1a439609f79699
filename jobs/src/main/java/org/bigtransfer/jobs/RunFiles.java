package org.bigtransfer.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.package$;
import org.bigtransfer.jobs.settings.PlanResolution;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.storage.PublishedFile;
import org.bigtransfer.spark.train.TrainPlan;

/** What a run writes down about itself: {@code config.conf} (resolved settings) and {@code run.json} (provenance). */
final class RunFiles {
    static final String CONFIG = "config.conf";
    static final String PROVENANCE = "run.json";

    private RunFiles() {}

    static void write(Configuration conf, JobRun run, TrainPlan plan, DatasetDescription dataset) throws IOException {
        String config = run.loaded().hocon(PlanResolution.resolved(plan));
        PublishedFile.write(conf, new Path(plan.run(), CONFIG), config.getBytes(StandardCharsets.UTF_8));
        PublishedFile.write(conf, new Path(plan.run(), PROVENANCE), provenance(run, plan, dataset));
    }

    private static byte[] provenance(JobRun run, TrainPlan plan, DatasetDescription dataset) throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("run_id", run.attempt().runId());
        values.put("attempt", run.attempt().attempt());
        values.put("started_at", run.startedAt().toString());
        values.put("bit_version", Build.version());
        values.put("git_commit", Build.commit());
        values.put("spark_version", package$.MODULE$.SPARK_VERSION());
        values.put("java_version", Runtime.version().toString());
        values.put("architecture", plan.architecture());
        values.put("weights", plan.weights());
        values.put("classes", dataset.classes().size());
        values.put("dataset", plan.dataset());
        values.put("dataset_hash", dataset.contentHash());
        values.put("engine", plan.engine());
        values.put("profile", plan.profile().setting());
        values.put("replicas", plan.replicas());
        values.put("threads", plan.threads());
        values.put("averaging_period", plan.averagingPeriod());
        values.put("seed", plan.seed());
        values.put("precrop", plan.resolution().precrop());
        values.put("crop", plan.resolution().crop());
        values.put("schedule", plan.schedule().boundaries());
        values.put("steps", plan.steps());
        values.put("base_lr", plan.baseLr());
        values.put("mixup", plan.mixup());
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(values);
    }
}
