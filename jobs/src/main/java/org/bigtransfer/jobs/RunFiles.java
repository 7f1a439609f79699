package org.bigtransfer.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.package$;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.jobs.settings.PlanResolution;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.storage.PublishedFile;
import org.bigtransfer.spark.train.SlowReplica;
import org.bigtransfer.spark.train.StepRecord;
import org.bigtransfer.spark.train.TrainListener;
import org.bigtransfer.spark.train.TrainPlan;

/**
 * What a run writes down about itself once training has accepted its plan: {@code config.conf} (resolved settings) and
 * {@code run.json} (provenance). Hands everything on to the listeners behind it.
 */
final class RunFiles implements TrainListener {
    static final String CONFIG = "config.conf";
    static final String PROVENANCE = "run.json";

    private final Configuration conf;
    private final JobRun run;
    private final TrainPlan plan;
    private final DatasetDescription dataset;
    private final List<TrainListener> next;

    RunFiles(Configuration conf, JobRun run, TrainPlan plan, DatasetDescription dataset, List<TrainListener> next) {
        this.conf = conf;
        this.run = run;
        this.plan = plan;
        this.dataset = dataset;
        this.next = List.copyOf(next);
    }

    @Override
    public void started(long step, long steps) {
        String config = run.loaded().hocon(PlanResolution.resolved(plan));
        try {
            PublishedFile.write(conf, new Path(plan.run(), CONFIG), config.getBytes(StandardCharsets.UTF_8));
            PublishedFile.write(conf, new Path(plan.run(), PROVENANCE), provenance());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        next.forEach(listener -> listener.started(step, steps));
    }

    @Override
    public void stepped(StepRecord step) {
        next.forEach(listener -> listener.stepped(step));
    }

    @Override
    public void evaluated(long step, Evaluation validation) {
        next.forEach(listener -> listener.evaluated(step, validation));
    }

    @Override
    public void checkpointed(long step) {
        next.forEach(listener -> listener.checkpointed(step));
    }

    @Override
    public void slow(SlowReplica replica) {
        next.forEach(listener -> listener.slow(replica));
    }

    @Override
    public void restarted(int attempt, String cause) {
        next.forEach(listener -> listener.restarted(attempt, cause));
    }

    /** The run-id that a run directory's provenance names. */
    static String runId(Configuration conf, String run) throws IOException {
        Path path = new Path(run, PROVENANCE);
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            return new ObjectMapper().readTree(in).required("run_id").asText();
        }
    }

    private byte[] provenance() throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("run_id", run.attempt().runId());
        values.put("attempt", run.attempt().attempt());
        values.put("started_at", run.startedAt().toString());
        values.put("bit_version", Build.version());
        values.put("git_commit", Build.commit());
        values.put("spark_version", package$.MODULE$.SPARK_VERSION());
        values.put("java_version", Runtime.version().toString());
        values.put("architecture", plan.network().architecture());
        values.put("weights", plan.network().weights().name());
        values.put("head_bias", plan.network().headBias());
        if (plan.teacher().isGiven()) {
            values.put("teacher_architecture", plan.teacher().architecture());
            values.put("teacher_weights", plan.teacher().weights().name());
        }
        values.put("classes", dataset.classes().size());
        values.put("dataset", plan.dataset());
        values.put("dataset_hash", dataset.contentHash());
        values.put("dataset_store", dataset.store().toString());
        values.put("engine", plan.engine());
        values.put("precision", plan.precision().toString().toLowerCase(Locale.ROOT));
        values.put("profile", plan.profile().setting());
        values.put("replicas", plan.work().replicas());
        values.put("threads", plan.work().threads());
        values.put("global_batch", plan.work().globalBatch());
        values.put("micro_batch", plan.work().microBatch());
        values.put("reduction", plan.work().reduction().toString().toLowerCase(Locale.ROOT));
        values.put("averaging_period", plan.work().averagingPeriod().longest());
        values.put("seed", plan.seed());
        values.put("examples_per_class", plan.input().examplesPerClass());
        Resolution resolution = plan.input().preprocessing().resolution();
        values.put("precrop", resolution.precrop());
        values.put("crop", resolution.crop());
        values.put("evaluation_size", resolution.evaluation());
        values.put("loss", plan.optimization().loss().toString().toLowerCase(Locale.ROOT));
        values.put("weight_decay", plan.optimization().weightDecay());
        values.put("schedule", plan.optimization().schedule().boundaries());
        values.put("steps", plan.optimization().steps());
        values.put("base_lr", plan.optimization().baseLr());
        values.put("mixup", plan.input().mixup());
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(values);
    }
}
