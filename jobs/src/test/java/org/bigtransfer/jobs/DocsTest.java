package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages beside the code. */
class DocsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CHANGELOG.md")));
        for (String folder : List.of("docs", "deploy", "notebooks")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")
                                && !file.toString().contains("/target/"))
                        .forEach(pages::add);
            }
        }
        return pages;
    }

    /** Where a page's links to files lead to. */
    private static List<Path> linked(Path page) throws IOException {
        List<Path> linked = new ArrayList<>();
        Matcher link = LINK.matcher(Files.readString(page));
        while (link.find()) {
            String target = link.group(1).replaceFirst("#.*", "");
            if (!target.isEmpty() && !target.contains("://")) {
                linked.add(page.resolveSibling(target).normalize());
            }
        }
        return linked;
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<Path> pages = pages();

        assertThat(pages).hasSizeGreaterThan(8);
        for (Path page : pages) {
            assertThat(linked(page)).as(page.toString()).allMatch(Files::exists);
        }
    }

    @Test
    void indexLeadsToEveryPageAndEveryFolderOfDeploy() throws IOException {
        List<Path> linked = linked(ROOT.resolve("docs/README.md"));

        assertThat(linked)
                .containsAll(pages().stream()
                        .filter(page -> !page.endsWith("docs/README.md"))
                        .toList());
        try (Stream<Path> folders = Files.list(ROOT.resolve("deploy")).filter(Files::isDirectory)) {
            assertThat(folders).allMatch(folder -> linked.stream().anyMatch(page -> page.startsWith(folder)));
        }
    }
}
