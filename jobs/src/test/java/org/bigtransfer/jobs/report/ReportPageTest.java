package org.bigtransfer.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.bigtransfer.jobs.report.Report.ClassResult;
import org.bigtransfer.jobs.report.Report.Confusion;
import org.bigtransfer.jobs.report.Report.Detail;
import org.bigtransfer.jobs.report.Report.Fact;
import org.bigtransfer.jobs.report.Report.Sample;
import org.bigtransfer.jobs.report.Report.Validation;
import org.bigtransfer.preprocess.RgbImage;
import org.bigtransfer.spark.train.StepRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class ReportPageTest {
    private static final List<String> NAMES =
            List.of("arrow", "bar", "bow", "circle", "crescent", "cross", "ring", "square", "star", "triangle");

    @Test
    void showsEverythingInOnePageThatNeedsNothingElse(@TempDir Path folder) throws IOException {
        String page = new ReportPage(report(NAMES)).html();
        Path file = Path.of(
                System.getProperty("bit.report", folder.resolve("report.html").toString()));
        Files.writeString(file, page);
        assertThat(page)
                .contains(
                        "Learning rate",
                        "Validation accuracy",
                        "Confusion matrix",
                        "By class",
                        "Recognised",
                        "crescent")
                .contains("R[1,1]x1", "93.5 %", "src=\"data:image/png;base64,")
                .doesNotContain("http:", "https:", "<script", "<link");
        assertThat(page.replaceAll("base64,[^\"]*", "")).doesNotContain("NaN");
    }

    @Test
    void chartsAreWellFormed() throws Exception {
        for (List<String> classes :
                List.of(NAMES, IntStream.range(0, 60).mapToObj(i -> "c" + i).toList())) {
            String page = new ReportPage(report(classes)).html();
            for (String svg : page.split("(?=<svg)|(?<=</svg>)")) {
                if (svg.startsWith("<svg")) {
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new InputSource(new StringReader(svg)));
                }
            }
        }
    }

    @Test
    void listsConfusionsOfManyClasses() {
        List<String> many = IntStream.range(0, 60).mapToObj(i -> "class " + i).toList();
        assertThat(new ReportPage(report(many)).html())
                .contains("most frequent confusions of 60 classes")
                .doesNotContain("class=\"matrix\"");
    }

    @Test
    void escapesWhatStandsInNames() {
        List<String> names = new ArrayList<>(NAMES);
        names.set(0, "<b>&\"x'");
        assertThat(new ReportPage(report(names)).html())
                .contains("&lt;b&gt;&amp;&quot;x&#39;")
                .doesNotContain("<b>&\"");
    }

    @Test
    void showsARunWithoutEvaluation() {
        Report full = report(NAMES);
        String page = new ReportPage(new Report("run", full.facts(), full.steps(), List.of(), Optional.empty())).html();
        assertThat(page).contains("Loss").doesNotContain("Confusion", "Validation accuracy");
    }

    @Test
    void ticksAreRound() {
        assertThat(Axis.upTo(0.03, 5).ticks()).containsExactly(0, 0.01, 0.02, 0.03);
        assertThat(Axis.upTo(2.4, 5).end()).isEqualTo(2.5);
        assertThat(Axis.upTo(0, 5).end()).isEqualTo(1);
        assertThat(Markup.number(0.0003)).isEqualTo("3e-4");
        assertThat(Markup.number(0.25)).isEqualTo("0.25");
        assertThat(Markup.number(1234.5)).isEqualTo("1234.5");
    }

    private static Report report(List<String> names) {
        Random random = new Random(1);
        List<StepRecord> steps = new ArrayList<>();
        for (int step = 0; step < 600; step++) {
            double rate = step < 50 ? 0.1 * step / 50 : step <= 450 ? 0.1 : step <= 550 ? 0.01 : 0.001;
            steps.add(new StepRecord(
                    step,
                    step / 47.0,
                    rate,
                    0.2 + 2.1 * Math.exp(-step / 150.0) + 0.1 * random.nextGaussian(),
                    300 + 20 * random.nextGaussian(),
                    0.002 + 0.001 * random.nextDouble(),
                    0.09 + 0.01 * random.nextDouble(),
                    0.012 + 0.004 * random.nextDouble()));
        }
        List<Validation> validations = IntStream.rangeClosed(1, 6)
                .mapToObj(i -> new Validation(100L * i, 2.2 / i, 1 - 0.75 / i, 1 - 0.2 / i))
                .toList();
        return new Report(
                "quickstart",
                List.of(
                        new Fact("architecture", "R[1,1]x1"),
                        new Fact("weights", "none"),
                        new Fact("dataset", "/home/someone/quickstart/dataset"),
                        new Fact("engine", "dl4j"),
                        new Fact("replicas", "2"),
                        new Fact("global batch", "32"),
                        new Fact("averaging period", "1"),
                        new Fact("seed", "0"),
                        new Fact("started", "2026-01-01T10:00:00Z"),
                        new Fact("took", "1 min 12 s")),
                steps,
                validations,
                Optional.of(detail(names, random)));
    }

    private static Detail detail(List<String> names, Random random) {
        List<Confusion> confusions = new ArrayList<>();
        List<ClassResult> classes = new ArrayList<>();
        List<Sample> samples = new ArrayList<>();
        for (int label = 0; label < names.size(); label++) {
            int wrong = random.nextInt(6);
            classes.add(new ClassResult(names.get(label), 40, 1 - wrong / 40.0, 1));
            confusions.add(new Confusion(label, label, 40 - wrong));
            if (wrong > 0) {
                confusions.add(
                        new Confusion(label, (label + 1 + random.nextInt(names.size() - 1)) % names.size(), wrong));
            }
            samples.add(sample(names, label, label));
            samples.add(sample(names, label, (label + 1) % names.size()));
        }
        return new Detail("validation", 600, 400, 0.21, 0.935, 0.995, classes, confusions, samples);
    }

    private static Sample sample(List<String> names, int label, int predicted) {
        byte[] rgb = new byte[3 * 48 * 48];
        new Random(label).nextBytes(rgb);
        try {
            String image = DataUri.of(new RgbImage(48, 48, rgb));
            return new Sample("x/" + label + ".jpg", names.get(label), names.get(predicted), 0.87, image);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
