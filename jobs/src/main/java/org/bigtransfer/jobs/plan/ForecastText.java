package org.bigtransfer.jobs.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bigtransfer.hyperrule.AveragingPeriod.Stretch;
import org.bigtransfer.spark.train.TrainPlan;
import org.bigtransfer.spark.train.TrainPlan.Work;

/** A forecast as people and as scripts read it. */
public final class ForecastText {
    private static final String ESTIMATED = "dl4j";

    private ForecastText() {}

    /** A line for each thing. */
    public static void print(PrintStream out, Forecast forecast) {
        TrainPlan plan = forecast.plan();
        Work work = plan.work();
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(
                "images",
                text("%,d to train on, of %,d classes", forecast.examples(), forecast.classes())
                        + (plan.input().examplesPerClass() == 0
                                ? ""
                                : text(", at most %d of each", plan.input().examplesPerClass())));
        lines.put(
                "resolution",
                text(
                        "pre-crop %d, crop %d (profile %s)",
                        plan.input().preprocessing().resolution().precrop(),
                        plan.input().preprocessing().resolution().crop(),
                        plan.profile().setting()));
        lines.put(
                "schedule",
                text(
                        "%s, learning rate %s, mixup %s",
                        plan.optimization().schedule().boundaries(),
                        plan.optimization().baseLr(),
                        plan.input().mixup()));
        lines.put(
                "steps",
                text(
                        "%,d of %d images in micro-batches of at most %d: %.2f epochs, %,d images",
                        plan.optimization().steps(),
                        work.globalBatch(),
                        work.microBatch(),
                        forecast.epochs(),
                        forecast.images()));
        lines.put(
                "network",
                text(
                        "%s from %s: %,d parameters, %.2f GMACs an image",
                        plan.network().architecture(),
                        plan.network().weights().isRandom()
                                ? "random weights"
                                : plan.network().weights().name(),
                        forecast.parameters(),
                        forecast.macs() / 1e9));
        forecast.teacherMacs()
                .ifPresent(macs -> lines.put(
                        "teacher",
                        text(
                                "%s from %s: %.2f GMACs an image",
                                plan.teacher().architecture(),
                                plan.teacher().weights().name(),
                                macs / 1e9)));
        lines.put(
                "replicas",
                text(
                        "%d with %d compute threads each, for slots: %s%s",
                        work.replicas(),
                        work.threads(),
                        forecast.slots().text(),
                        forecast.fits() ? ", enough" : ", TOO FEW"));
        lines.put(
                "memory", text("a replica%s, outside of the heap, by micro-batch: ", engine(plan)) + memory(forecast));
        lines.put("exchange", exchange(forecast));
        lines.put(
                "time",
                forecast.hours().isPresent()
                        ? text("%.1f hours at %s images/s", forecast.hours().getAsDouble(), forecast.imagesPerSecond())
                        : "unknown without plan.images-per-second");
        lines.forEach((name, line) -> out.println(text("%-11s %s", name, line)));
    }

    /** Memory is estimated for one engine; said where the plan has another. */
    private static String engine(TrainPlan plan) {
        return plan.engine().equals(ESTIMATED) ? "" : " of engine %s, not of %s".formatted(ESTIMATED, plan.engine());
    }

    private static String memory(Forecast forecast) {
        List<String> sizes = new ArrayList<>();
        forecast.memory()
                .forEach((size, bytes) -> sizes.add(
                        size == forecast.plan().work().microBatch()
                                ? text("[%d] %.2f GB", size, bytes / 1e9)
                                : text("%d %.2f GB", size, bytes / 1e9)));
        return String.join(", ", sizes);
    }

    private static String exchange(Forecast forecast) {
        List<Stretch> stretches = forecast.stretches();
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < stretches.size(); i++) {
            Stretch stretch = stretches.get(i);
            if (i + 1 < stretches.size() && stretches.get(i + 1).period() == stretch.period()) {
                continue; // said with the next one
            }
            String bytes = stretch.sumsGradients()
                    ? text("%.0f MB a step", forecast.gradientBytes() / 1e6)
                    : text("%.0f MB every %d steps", forecast.averagingBytes() / 1e6, stretch.period());
            parts.add(i + 1 == stretches.size() ? bytes : text("%s to step %,d", bytes, stretch.end()));
        }
        String mean = parts.size() == 1
                ? ""
                : text(
                        ": %.1f MB a step on average",
                        forecast.exchangedBytes()
                                / 1e6
                                / forecast.plan().optimization().steps());
        return "a replica sends " + String.join(", then ", parts) + mean;
    }

    /** One JSON object; bytes, counts and hours are numbers, what is unknown is null. */
    public static String json(Forecast forecast) throws JsonProcessingException {
        TrainPlan plan = forecast.plan();
        Work work = plan.work();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("profile", plan.profile().setting());
        values.put("examples", forecast.examples());
        values.put("classes", forecast.classes());
        values.put("examples_per_class", plan.input().examplesPerClass());
        values.put("precrop", plan.input().preprocessing().resolution().precrop());
        values.put("crop", plan.input().preprocessing().resolution().crop());
        values.put("schedule", plan.optimization().schedule().boundaries());
        values.put("base_lr", plan.optimization().baseLr());
        values.put("mixup", plan.input().mixup());
        values.put("steps", plan.optimization().steps());
        values.put("global_batch", work.globalBatch());
        values.put("micro_batch", work.microBatch());
        values.put("epochs", forecast.epochs());
        values.put("images", forecast.images());
        values.put("architecture", plan.network().architecture());
        values.put("weights", plan.network().weights().name());
        values.put("parameters", forecast.parameters());
        values.put("macs", forecast.macs());
        values.put(
                "teacher", plan.teacher().isGiven() ? plan.teacher().weights().name() : null);
        values.put(
                "teacher_macs",
                forecast.teacherMacs().isPresent() ? forecast.teacherMacs().getAsLong() : null);
        values.put("replicas", work.replicas());
        values.put("threads", work.threads());
        values.put("slots", forecast.slots().count());
        values.put("master", forecast.slots().master());
        values.put("fits", forecast.fits());
        values.put("memory_engine", ESTIMATED);
        values.put("memory_bytes", forecast.memory());
        values.put("averaging_period", work.averagingPeriod().longest());
        values.put("averaging_rule", work.averagingPeriod().toString());
        values.put("gradient_bytes", forecast.gradientBytes());
        values.put("averaging_bytes", forecast.averagingBytes());
        values.put("exchanged_bytes", forecast.exchangedBytes());
        values.put("hours", forecast.hours().isPresent() ? forecast.hours().getAsDouble() : null);
        return new ObjectMapper().writeValueAsString(values);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
