package org.bigtransfer.jobs.inspect;

import java.util.List;
import java.util.Map;
import org.bigtransfer.jobs.inspect.Inspection.Mixing;
import org.bigtransfer.jobs.inspect.Inspection.Rejects;
import org.bigtransfer.jobs.inspect.Inspection.Sample;
import org.bigtransfer.jobs.inspect.Inspection.Sizes;
import org.bigtransfer.jobs.report.Markup;
import org.bigtransfer.jobs.report.Page;
import org.bigtransfer.order.ShuffleQuality;
import org.bigtransfer.order.ShuffleQuality.Spread;
import org.bigtransfer.spark.dataset.DatasetDescription;

/** Lays out what was found as one HTML page that needs nothing else. */
public record InspectionPage(Inspection found) {
    private static final int LISTED = 200;

    /** The page. */
    public String html() {
        StringBuilder page = new StringBuilder();
        header(page);
        found.samples().forEach((split, samples) -> samples(page, split, samples));
        page.append("<h2>What it holds</h2><div class=\"pair\"><section><h3>Classes (images)</h3>");
        classes(page);
        page.append("</section><div class=\"stack\">");
        found.mixing().ifPresent(mixing -> mixing(page, mixing));
        sizes(page);
        rejects(page);
        page.append("</div></div>");
        return Page.of(found.dataset(), page);
    }

    private void header(StringBuilder page) {
        DatasetDescription description = found.description();
        page.append("<header>").append(Page.heading(found.dataset())).append("<div class=\"tiles\">");
        description
                .splits()
                .forEach((name, split) -> page.append(Page.tile(name + " images", count(split.examples()))));
        page.append(Page.tile("classes", count(description.classes().size())))
                .append(Page.tile("rejected", count(found.rejected())))
                .append("</div><dl class=\"facts\">")
                .append(Page.fact("content hash", description.contentHash().substring(0, 12)))
                .append(Page.fact(
                        "shuffled with seed", "" + description.layout().seed()))
                .append(Page.fact("row groups", count(rowGroups(description))))
                .append(Page.fact("median size", description.medianWidth() + " × " + description.medianHeight()))
                .append(Page.fact("profile", found.preprocessing().profile().setting()))
                .append(Page.fact(
                        "pre-crop", "" + found.preprocessing().resolution().precrop()))
                .append(Page.fact(
                        "crop", "" + found.preprocessing().resolution().crop()))
                .append(Page.fact(
                        "evaluation", "" + found.preprocessing().resolution().evaluation()))
                .append("</dl></header>");
    }

    private static long rowGroups(DatasetDescription description) {
        return description.splits().values().stream()
                .mapToLong(split -> split.groupRows().length)
                .sum();
    }

    private static String count(long number) {
        return Markup.format("%,d", number);
    }

    private static void samples(StringBuilder page, String split, List<Sample> samples) {
        page.append(Markup.format("<h2>%d images of %s</h2>", samples.size(), Markup.text(split)))
                .append(
                        split.equals(DatasetDescription.TRAIN)
                                ? "<p class=\"note\">Each as training sees it (left) and as evaluation would.</p>"
                                : "<p class=\"note\">Each as evaluation sees it.</p>")
                .append("<div class=\"sheet\">");
        for (Sample sample : samples) {
            page.append("<figure class=\"sample\"><div class=\"views\">");
            sample.views()
                    .forEach((view, uri) -> page.append(Markup.format(
                            "<img src=\"%s\" alt=\"%s\" title=\"%s\" loading=\"lazy\">",
                            uri, Markup.text(view + " view of " + sample.imageId()), Markup.text(view))));
            page.append(Markup.format(
                    "</div><figcaption><b>%s</b><br><span>%s<br>%d × %d</span></figcaption></figure>",
                    Markup.text(sample.label()), Markup.text(sample.imageId()), sample.width(), sample.height()));
        }
        page.append("</div>");
    }

    private void classes(StringBuilder page) {
        DatasetDescription description = found.description();
        List<String> splits = List.copyOf(description.splits().keySet());
        page.append("<div class=\"scroll\"><table><thead><tr><th class=\"n\">label</th><th>class</th>");
        splits.forEach(split -> page.append(Markup.format("<th class=\"n\">%s</th>", Markup.text(split))));
        page.append("<th class=\"bar\"></th></tr></thead><tbody>");
        String first = splits.contains(DatasetDescription.TRAIN) ? DatasetDescription.TRAIN : splits.get(0);
        List<Long> counts = description.splits().get(first).classExamples();
        long most = counts.stream().mapToLong(Long::longValue).max().orElse(0);
        for (int label = 0; label < Math.min(LISTED, counts.size()); label++) {
            int at = label;
            page.append(Markup.format(
                    "<tr><td class=\"n\">%d</td><td>%s</td>",
                    label, Markup.text(description.classes().get(label))));
            splits.forEach(split -> page.append(Markup.format(
                    "<td class=\"n\">%s</td>",
                    count(description.splits().get(split).classExamples().get(at)))));
            page.append(Markup.format(
                    "<td class=\"bar\"><span style=\"width:%.1f%%\"></span></td></tr>",
                    most == 0 ? 0 : 100.0 * counts.get(label) / most));
        }
        page.append("</tbody></table></div>");
        if (counts.size() > LISTED) {
            page.append(Markup.format(
                    "<p class=\"note\">The first %d of %d; all are in dataset.json.</p>", LISTED, counts.size()));
        }
    }

    private static void mixing(StringBuilder page, Mixing mixing) {
        page.append(Markup.format(
                        "<section><h3>Shuffle: training batches of %d (least, mean, most)</h3><div class=\"scroll\">"
                                + "<table><thead><tr><th></th><th class=\"n\">class entropy, bits</th>"
                                + "<th class=\"n\">source folders</th></tr>"
                                + "</thead><tbody>",
                        mixing.globalBatch()))
                .append(row("the first epoch's order", mixing.ours()))
                .append(row("a perfect shuffle", mixing.perfect()))
                .append(Markup.format(
                        "<tr><td>all training images</td><td class=\"n\">%.3f</td><td class=\"n\">%s</td></tr>"
                                + "</tbody></table></div></section>",
                        mixing.classes(), count(mixing.folders())));
    }

    private static String row(String name, ShuffleQuality quality) {
        return Markup.format(
                "<tr><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>",
                name, spread("%.3f", quality.entropy()), spread("%.1f", quality.folders()));
    }

    private static String spread(String number, Spread spread) {
        return Markup.format(
                number + " ← <b>" + number + "</b> → " + number, spread.least(), spread.mean(), spread.most());
    }

    private void sizes(StringBuilder page) {
        page.append("<section><h3>Original sizes, pixels (least, median, most)</h3><table><thead><tr><th></th>"
                + "<th class=\"n\">width</th><th class=\"n\">height</th></tr></thead><tbody>");
        for (Map.Entry<String, Sizes> sizes : found.sizes().entrySet()) {
            Sizes of = sizes.getValue();
            page.append(Markup.format(
                    "<tr><td>%s</td><td class=\"n\">%d ← <b>%d</b> → %d</td><td class=\"n\">%d ← <b>%d</b> → %d</td></tr>",
                    Markup.text(sizes.getKey()),
                    of.width().least(),
                    of.width().median(),
                    of.width().most(),
                    of.height().least(),
                    of.height().median(),
                    of.height().most()));
        }
        page.append("</tbody></table></section>");
    }

    private void rejects(StringBuilder page) {
        if (found.rejects().isEmpty()) {
            return;
        }
        page.append("<section><h3>Rejected, by reason</h3><table><thead><tr><th>reason</th><th class=\"n\">images</th>"
                + "</tr></thead><tbody>");
        for (Rejects rejects : found.rejects()) {
            page.append(Markup.format(
                    "<tr><td>%s<br><span class=\"note\">%s</span></td><td class=\"n\">%s</td></tr>",
                    Markup.text(rejects.reason()), Markup.text(rejects.example()), count(rejects.count())));
        }
        page.append("</tbody></table></section>");
    }
}
