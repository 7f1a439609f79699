package org.bigtransfer.jobs.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What the pages have in common: one HTML file each that needs nothing else. */
public final class Page {
    private Page() {}

    /** The page. @param body HTML of what it shows */
    public static String of(String title, CharSequence body) {
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>"
                + Markup.text(title) + " – Big Transfer on Spark</title><style>" + style()
                + "</style></head><body><main>" + body
                + "<footer>Big Transfer on Spark</footer></main></body></html>\n";
    }

    private static String style() {
        try (InputStream css = Page.class.getResourceAsStream("report.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The heading of a page. */
    public static String heading(String title) {
        return "<p class=\"kicker\">Big Transfer on Spark</p><h1>" + Markup.text(title) + "</h1>";
    }

    /** A figure to see at once. */
    public static String tile(String name, String value) {
        return "<div class=\"tile\"><b>" + Markup.text(value) + "</b><span>" + Markup.text(name) + "</span></div>";
    }

    /** A name and a value, within {@code <dl class="facts">}. */
    public static String fact(String name, String value) {
        return "<div><dt>" + Markup.text(name) + "</dt><dd>" + Markup.text(value) + "</dd></div>";
    }
}
