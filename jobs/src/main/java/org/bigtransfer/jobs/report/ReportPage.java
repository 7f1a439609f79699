package org.bigtransfer.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.bigtransfer.jobs.report.LineChart.Point;
import org.bigtransfer.jobs.report.LineChart.Scale;
import org.bigtransfer.jobs.report.LineChart.Series;
import org.bigtransfer.jobs.report.Report.ClassResult;
import org.bigtransfer.jobs.report.Report.Detail;
import org.bigtransfer.jobs.report.Report.Fact;
import org.bigtransfer.jobs.report.Report.Sample;
import org.bigtransfer.jobs.report.Report.Validation;
import org.bigtransfer.spark.train.StepRecord;

/** Lays a report out as one HTML page that needs nothing else. */
record ReportPage(Report report) {
    private static final int POINTS = 240;
    private static final int LISTED_CLASSES = 200;
    private static final String STEP = "step (weight updates)";

    String html() {
        StringBuilder page = new StringBuilder();
        header(page);
        if (!report.steps().isEmpty()) {
            curves(page);
        }
        report.evaluation().ifPresent(evaluation -> evaluation(page, evaluation));
        return Page.of(report.title(), page);
    }

    private void header(StringBuilder page) {
        page.append("<header>").append(Page.heading(report.title()));
        report.evaluation().ifPresent(evaluation -> page.append("<div class=\"tiles\">")
                .append(Page.tile("top-1", Markup.percent(evaluation.top1())))
                .append(Page.tile("top-5", Markup.percent(evaluation.top5())))
                .append(Page.tile("cross-entropy", Markup.number(evaluation.loss())))
                .append(Page.tile(evaluation.split() + " images", Markup.format("%,d", evaluation.examples())))
                .append("</div>"));
        page.append("<dl class=\"facts\">");
        for (Fact fact : report.facts()) {
            page.append(Page.fact(fact.name(), fact.value()));
        }
        page.append("</dl></header>");
    }

    private void curves(StringBuilder page) {
        page.append("<h2>Training</h2><div class=\"charts\">");
        List<Series> losses = new ArrayList<>(List.of(series("training", StepRecord::loss)));
        if (!report.validations().isEmpty()) {
            losses.add(validation("validation", Validation::loss));
        }
        figure(page, new LineChart("Loss", STEP, "cross-entropy (nats)", Scale.FROM_ZERO, losses));
        if (!report.validations().isEmpty()) {
            figure(
                    page,
                    new LineChart(
                            "Validation accuracy",
                            STEP,
                            "share of images",
                            Scale.ZERO_TO_ONE,
                            List.of(validation("top-1", Validation::top1), validation("top-5", Validation::top5))));
        }
        figure(
                page,
                new LineChart(
                        "Learning rate",
                        STEP,
                        "learning rate",
                        Scale.FROM_ZERO,
                        List.of(series("learning rate", StepRecord::learningRate))));
        figure(
                page,
                new LineChart(
                        "Time of a step, slowest replica",
                        STEP,
                        "milliseconds",
                        Scale.FROM_ZERO,
                        List.of(
                                timed("compute", StepRecord::computeSeconds),
                                timed("averaging", StepRecord::averagingSeconds),
                                timed("waiting for data", StepRecord::dataSeconds))));
        figure(
                page,
                new LineChart(
                        "Speed, all replicas",
                        STEP,
                        "images a second",
                        Scale.FROM_ZERO,
                        List.of(series("images/s", StepRecord::imagesPerSecond))));
        page.append("</div>");
    }

    private Series timed(String name, ToDoubleFunction<StepRecord> seconds) {
        double total = report.steps().stream().mapToDouble(seconds).sum();
        double all = report.steps().stream()
                .mapToDouble(step -> step.dataSeconds() + step.computeSeconds() + step.averagingSeconds())
                .sum();
        String share = Markup.format("%s, %.1f s (%.0f %%)", name, total, all == 0 ? 0 : 100 * total / all);
        return series(share, step -> 1000 * seconds.applyAsDouble(step));
    }

    /** A point a step, or means over equal runs of steps where there are many. */
    private Series series(String name, ToDoubleFunction<StepRecord> value) {
        List<StepRecord> steps = report.steps();
        int points = Math.min(POINTS, steps.size());
        List<Point> line = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            List<StepRecord> run =
                    steps.subList((int) ((long) i * steps.size() / points), (int) ((i + 1L) * steps.size() / points));
            line.add(new Point(
                    run.stream().mapToLong(StepRecord::step).average().orElse(0),
                    run.stream().mapToDouble(value).average().orElse(Double.NaN)));
        }
        return new Series(name, line);
    }

    private Series validation(String name, ToDoubleFunction<Validation> value) {
        return new Series(
                name,
                report.validations().stream()
                        .map(point -> new Point(point.step(), value.applyAsDouble(point)))
                        .toList());
    }

    private static void figure(StringBuilder page, LineChart chart) {
        page.append("<figure><figcaption>").append(Markup.text(chart.title())).append("<span class=\"legend\">");
        for (int i = 0; i < chart.series().size() && chart.series().size() > 1; i++) {
            page.append(Markup.format(
                    "<span><i class=\"s%d\"></i>%s</span>",
                    i, Markup.text(chart.series().get(i).name())));
        }
        page.append("</span></figcaption>").append(chart.svg()).append("</figure>");
    }

    private static void evaluation(StringBuilder page, Detail evaluation) {
        page.append(Markup.format(
                "<h2>Evaluation</h2><p>Split <b>%s</b> after <b>%d</b> steps: top-1 <b>%s</b>, top-5 <b>%s</b>, "
                        + "mean cross-entropy <b>%s</b> over %,d images.</p>",
                Markup.text(evaluation.split()),
                evaluation.step(),
                Markup.percent(evaluation.top1()),
                Markup.percent(evaluation.top5()),
                Markup.number(evaluation.loss()),
                evaluation.examples()));
        page.append("<div class=\"pair\"><section><h3>Confusion matrix (images)</h3>")
                .append(new ConfusionMatrix(evaluation.classes(), evaluation.confusions()).html())
                .append("</section><section><h3>By class</h3>");
        classes(page, evaluation.classes());
        page.append("</section></div>");
        samples(
                page,
                "Taken for another class",
                evaluation.samples().stream().filter(sample -> !sample.right()).toList());
        samples(
                page,
                "Recognised",
                evaluation.samples().stream().filter(Sample::right).toList());
    }

    private static void classes(StringBuilder page, List<ClassResult> classes) {
        page.append("<div class=\"scroll\"><table><thead><tr><th>class</th><th class=\"n\">images</th>"
                + "<th class=\"n\">top-1</th><th class=\"n\">top-5</th><th class=\"bar\"></th></tr></thead><tbody>");
        for (ClassResult result : classes.subList(0, Math.min(LISTED_CLASSES, classes.size()))) {
            page.append(Markup.format(
                    "<tr><td>%s</td><td class=\"n\">%d</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
                            + "<td class=\"bar\"><span style=\"width:%.1f%%\"></span></td></tr>",
                    Markup.text(result.name()),
                    result.examples(),
                    Markup.percent(result.top1()),
                    Markup.percent(result.top5()),
                    Double.isNaN(result.top1()) ? 0 : 100 * result.top1()));
        }
        page.append("</tbody></table></div>");
        if (classes.size() > LISTED_CLASSES) {
            page.append(Markup.format(
                    "<p class=\"note\">The first %d of %d classes; all are in table class_evaluations.</p>",
                    LISTED_CLASSES, classes.size()));
        }
    }

    private static void samples(StringBuilder page, String title, List<Sample> samples) {
        if (samples.isEmpty()) {
            return;
        }
        page.append("<h3>").append(Markup.text(title)).append("</h3><div class=\"samples\">");
        for (Sample sample : samples) {
            page.append(Markup.format(
                    "<figure class=\"sample %s\"><img src=\"%s\" alt=\"%s\" loading=\"lazy\"><figcaption>"
                            + "<b>%s</b> %s%s</figcaption></figure>",
                    sample.right() ? "right" : "wrong",
                    sample.image(),
                    Markup.text(sample.imageId()),
                    Markup.text(sample.predicted()),
                    Markup.format("%.0f %%", 100 * sample.probability()),
                    sample.right() ? "" : "<br><span>is " + Markup.text(sample.label()) + "</span>"));
        }
        page.append("</div>");
    }
}
