package org.bigtransfer.jobs.report;

import java.util.Locale;

/** Text and numbers as they stand in HTML and SVG. */
public final class Markup {
    private Markup() {}

    /** Text as it stands between tags and in attributes. */
    public static String text(String raw) {
        return raw.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** As {@link String#format}, alike everywhere. */
    public static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /** A fraction as percent; a dash for NaN. */
    public static String percent(double fraction) {
        return Double.isNaN(fraction) ? "–" : format("%.1f %%", 100 * fraction);
    }

    /** A number with four significant digits at most. */
    public static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e6) {
            return format("%.0f", value);
        }
        double magnitude = Math.abs(value);
        if (magnitude >= 1e6 || magnitude < 1e-3) {
            return format("%.1e", value)
                    .replaceAll("\\.0e", "e")
                    .replaceAll("e([+-])0*", "e$1")
                    .replace("e+", "e");
        }
        String fixed = format(magnitude >= 100 ? "%.1f" : magnitude >= 1 ? "%.2f" : "%.4f", value);
        return fixed.replaceAll("0+$", "").replaceAll("\\.$", "");
    }
}
