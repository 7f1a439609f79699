package org.bigtransfer.jobs.report;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A line chart as SVG. Colours come from the page's style sheet by the series' number: {@code s0}, {@code s1}, ….
 *
 * @param title with the unit of what it shows
 * @param xLabel of the horizontal axis
 * @param yLabel of the vertical axis, with its unit
 * @param scale of the vertical axis
 * @param series drawn in order
 */
record LineChart(String title, String xLabel, String yLabel, Scale scale, List<Series> series) {
    private static final int WIDTH = 480;
    private static final int HEIGHT = 270;
    private static final int LEFT = 74;
    private static final int RIGHT = 14;
    private static final int TOP = 12;
    private static final int BOTTOM = 44;

    /** Where the vertical axis begins and ends. */
    enum Scale {
        FROM_ZERO,
        ZERO_TO_ONE
    }

    /** A named line. @param points in order of x */
    record Series(String name, List<Point> points) {}

    /** One point; non-finite ones are left out. */
    record Point(double x, double y) {}

    String svg() {
        double xMax = series.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(Point::x)
                .max()
                .orElse(1);
        double yMax = scale == Scale.ZERO_TO_ONE
                ? 1
                : series.stream()
                        .flatMap(line -> line.points().stream())
                        .mapToDouble(Point::y)
                        .filter(Double::isFinite)
                        .max()
                        .orElse(1);
        Axis x = Axis.upTo(xMax, 5);
        Axis y = Axis.upTo(yMax, 5);
        StringBuilder svg = new StringBuilder(Markup.format(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", WIDTH, HEIGHT, Markup.text(title)));
        grid(svg, x, y);
        for (int i = 0; i < series.size(); i++) {
            line(svg, series.get(i), i, x, y);
        }
        return svg.append("</svg>").toString();
    }

    private void grid(StringBuilder svg, Axis x, Axis y) {
        for (double tick : y.ticks()) {
            double at = vertical(tick, y);
            svg.append(Markup.format(
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH - RIGHT, at, at));
            svg.append(Markup.format(
                    "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>",
                    LEFT - 7,
                    at + 4,
                    scale == Scale.ZERO_TO_ONE ? Markup.format("%.0f %%", 100 * tick) : Markup.number(tick)));
        }
        for (double tick : x.ticks()) {
            svg.append(Markup.format(
                    "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>",
                    horizontal(tick, x), HEIGHT - BOTTOM + 17, Markup.number(tick)));
        }
        svg.append(Markup.format(
                "<text class=\"axis\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>",
                (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, Markup.text(xLabel)));
        svg.append(Markup.format(
                "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(13 %d) rotate(-90)\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2, Markup.text(yLabel)));
    }

    private static void line(StringBuilder svg, Series series, int number, Axis x, Axis y) {
        List<Point> points = series.points().stream()
                .filter(point -> Double.isFinite(point.y()))
                .toList();
        String path = points.stream()
                .map(point -> Markup.format("%.1f,%.1f", horizontal(point.x(), x), vertical(point.y(), y)))
                .collect(Collectors.joining(" "));
        svg.append(Markup.format("<polyline class=\"line s%d\" points=\"%s\"/>", number, path));
        if (points.size() <= 40) {
            for (Point point : points) {
                svg.append(Markup.format(
                        "<circle class=\"dot s%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s: %s at %s</title></circle>",
                        number,
                        horizontal(point.x(), x),
                        vertical(point.y(), y),
                        Markup.text(series.name()),
                        Markup.number(point.y()),
                        Markup.number(point.x())));
            }
        }
    }

    private static double horizontal(double value, Axis axis) {
        return LEFT + value / axis.end() * (WIDTH - LEFT - RIGHT);
    }

    private static double vertical(double value, Axis axis) {
        return HEIGHT - BOTTOM - value / axis.end() * (HEIGHT - TOP - BOTTOM);
    }
}
