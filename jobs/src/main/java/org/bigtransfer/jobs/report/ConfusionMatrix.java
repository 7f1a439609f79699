package org.bigtransfer.jobs.report;

import java.util.Comparator;
import java.util.List;
import org.bigtransfer.jobs.report.Report.ClassResult;
import org.bigtransfer.jobs.report.Report.Confusion;

/**
 * How often each class was taken for each: a matrix for few classes, a list of the most frequent confusions for many.
 */
record ConfusionMatrix(List<ClassResult> classes, List<Confusion> confusions) {
    private static final int MATRIX_CLASSES = 40;
    private static final int NUMBERED_CLASSES = 20;
    private static final int LISTED = 30;
    private static final int LABEL_SPACE = 96;
    private static final int SLANT = 40;

    String html() {
        return classes.size() <= MATRIX_CLASSES ? matrix() : list();
    }

    private String matrix() {
        int cell = classes.size() <= 12 ? 40 : classes.size() <= NUMBERED_CLASSES ? 30 : 18;
        int size = LABEL_SPACE + cell * classes.size() + 4;
        StringBuilder svg = new StringBuilder(Markup.format(
                "<div class=\"scroll\"><svg class=\"matrix\" viewBox=\"0 0 %d %d\" style=\"max-width:%dpx;min-width:%dpx\""
                        + " role=\"img\" aria-label=\"Confusion matrix\">",
                size + SLANT, size, size * 5 / 4, Math.min(size, 470)));
        for (int label = 0; label < classes.size(); label++) {
            int at = LABEL_SPACE + label * cell;
            String name = Markup.text(shortened(classes.get(label).name()));
            svg.append(Markup.format(
                    "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%s</text>",
                    LABEL_SPACE - 8, at + cell / 2 + 4, name));
            svg.append(Markup.format(
                    "<text class=\"tick\" transform=\"translate(%d %d) rotate(-60)\">%s</text>",
                    at + cell / 2 + 4, LABEL_SPACE - 8, name));
            svg.append(Markup.format(
                    "<rect class=\"empty\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                    LABEL_SPACE, at, cell * classes.size(), cell - 2));
        }
        confusions.forEach(confusion -> cell(svg, confusion, cell));
        return svg.append("</svg></div><p class=\"note\">Rows are the true classes, columns the predicted ones.</p>")
                .toString();
    }

    private void cell(StringBuilder svg, Confusion confusion, int cell) {
        ClassResult truth = classes.get(confusion.label());
        double share = (double) confusion.count() / Math.max(1, truth.examples());
        int x = LABEL_SPACE + confusion.predicted() * cell;
        int y = LABEL_SPACE + confusion.label() * cell;
        String kind = confusion.label() == confusion.predicted() ? "right" : "wrong";
        svg.append(Markup.format(
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\" fill-opacity=\"%.2f\">"
                        + "<title>%s taken for %s: %d of %d</title></rect>",
                kind,
                x,
                y,
                cell - 2,
                cell - 2,
                0.15 + 0.85 * Math.sqrt(share),
                Markup.text(truth.name()),
                Markup.text(classes.get(confusion.predicted()).name()),
                confusion.count(),
                truth.examples()));
        if (classes.size() <= NUMBERED_CLASSES) {
            svg.append(Markup.format(
                    "<text class=\"count%s\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%d</text>",
                    share > 0.3 ? " strong" : "", x + cell / 2 - 1, y + cell / 2 + 3, confusion.count()));
        }
    }

    private static String shortened(String name) {
        return name.length() <= 13 ? name : name.substring(0, 12) + "…";
    }

    private String list() {
        StringBuilder rows = new StringBuilder(
                "<div class=\"scroll\"><table><thead><tr><th>true class</th>"
                        + "<th>taken for</th><th class=\"n\">times</th><th class=\"n\">of its examples</th></tr></thead><tbody>");
        confusions.stream()
                .filter(confusion -> confusion.label() != confusion.predicted())
                .sorted(Comparator.comparingLong(Confusion::count)
                        .reversed()
                        .thenComparingInt(Confusion::label)
                        .thenComparingInt(Confusion::predicted))
                .limit(LISTED)
                .forEach(confusion -> rows.append(Markup.format(
                        "<tr><td>%s</td><td>%s</td><td class=\"n\">%d</td><td class=\"n\">%d</td></tr>",
                        Markup.text(classes.get(confusion.label()).name()),
                        Markup.text(classes.get(confusion.predicted()).name()),
                        confusion.count(),
                        classes.get(confusion.label()).examples())));
        return rows.append("</tbody></table></div><p class=\"note\">The ")
                .append(LISTED)
                .append(" most frequent confusions of ")
                .append(classes.size())
                .append(" classes.</p>")
                .toString();
    }
}
