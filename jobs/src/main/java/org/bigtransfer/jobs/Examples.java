package org.bigtransfer.jobs;

import java.util.Arrays;
import java.util.stream.Stream;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Shows commands of the examples that are wider than the terminal in several lines, which a shell takes as one. */
final class Examples implements IHelpSectionRenderer {
    private static final String INDENT = "  ";

    @Override
    public String render(Help help) {
        UsageMessageSpec usage = help.commandSpec().usageMessage();
        int width = usage.width();
        String[] lines = Arrays.stream(usage.footer())
                .flatMap(
                        line -> line.startsWith(INDENT) && line.length() >= width ? fold(line, width) : Stream.of(line))
                .toArray(String[]::new);
        boolean wideCharacters = usage.adjustLineBreaksForWideCJKCharacters();
        return Help.join(help.ansi(), width, wideCharacters, lines, new StringBuilder())
                .toString();
    }

    private static Stream<String> fold(String command, int width) {
        Stream.Builder<String> lines = Stream.builder();
        String line = "";
        for (String option : command.split("(?= -[Dc] )")) {
            if (!line.isEmpty() && line.length() + option.length() + " \\".length() >= width) {
                lines.add(line + " \\");
                line = INDENT + INDENT + option.stripLeading();
            } else {
                line += option;
            }
        }
        return lines.add(line).build();
    }
}
