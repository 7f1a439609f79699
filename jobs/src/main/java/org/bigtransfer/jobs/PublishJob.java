package org.bigtransfer.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.bigtransfer.jobs.Status.State;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.storage.PublishedFile;
import org.bigtransfer.spark.train.RunModel;
import picocli.CommandLine.Command;

/** Moves one pointer to a run. */
@Command(
        name = "publish",
        description =
                "Publishes what an evaluated run offers: replaces publish.pointer, a small JSON file that names the run,"
                        + " its weights and its figures. Readers see the old pointer or the new one, on any file system. The last"
                        + " line on standard output is: publish pointer=… run=… step=… top1=…",
        footer = {
            "",
            "Example:",
            "  ./bit publish -D run=s3a://lake/runs/7 -D publish.pointer=s3a://lake/published/flowers.json",
        })
final class PublishJob extends JobCommand {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    PublishJob() {
        super(Job.PUBLISH, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        Configuration conf = SparkHadoopUtil.get().conf();
        RunModel model = RunModel.find(conf, settings.run())
                .orElseThrow(() -> refused(run, "run must hold a committed checkpoint: " + settings.run()));
        JsonNode figures = figures(conf, settings.run())
                .filter(evaluated -> evaluated.path("step").asLong(-1) == model.step())
                .orElseThrow(() -> refused(
                        run,
                        "run must have been evaluated at step %d, which it offers: %s"
                                .formatted(model.step(), settings.run())));

        Map<String, Object> pointer = new LinkedHashMap<>();
        pointer.put("run", qualified(conf, new Path(settings.run())));
        pointer.put("run_id", RunFiles.runId(conf, settings.run()));
        pointer.put("step", model.step());
        pointer.put("weights", qualified(conf, model.weights()));
        pointer.put("evaluation", figures);
        pointer.put("published_at", Instant.now().toString());
        PublishedFile.write(conf, new Path(settings.publish().pointer()), JSON.writeValueAsBytes(pointer));

        run.console()
                .out()
                .printf(
                        Locale.ROOT,
                        "publish pointer=%s run=%s step=%d top1=%.6f%n",
                        settings.publish().pointer(),
                        pointer.get("run"),
                        model.step(),
                        figures.path("top1").asDouble());
        return ExitCode.DONE;
    }

    /** What {@code evaluate} found of the run, if its newest attempt ended well. */
    private static Optional<JsonNode> figures(Configuration conf, String run) throws IOException {
        Path status = new Path(run, Job.EVALUATE.title() + "/" + Status.FILE);
        try (InputStream in = status.getFileSystem(conf).open(status)) {
            JsonNode read = JSON.readTree(in);
            return Optional.of(read.path("figures"))
                    .filter(figures -> read.path("state").asText().equals(State.SUCCEEDED.name()));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    /** With file system and root, so that readers elsewhere find it. */
    private static String qualified(Configuration conf, Path path) throws IOException {
        return path.getFileSystem(conf).makeQualified(path).toString();
    }

    private static RuntimeException refused(JobRun run, String message) {
        return run.loaded().invalid(new Problem("run", message));
    }
}
