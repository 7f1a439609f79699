package org.bigtransfer.jobs;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A table for people: columns under each other, numbers to the right. Where a line would be wider than the terminal, texts
 * and names of columns are cut, numbers never; where that does not do, a row is printed as lines of name and value.
 *
 * @param names of the columns
 * @param numbers whether a column holds numbers
 * @param rows a cell a column
 */
record FittedTable(List<String> names, List<Boolean> numbers, List<List<String>> rows) {
    private static final String BETWEEN = "  ";
    private static final String CUT = "…";
    /** Code points of a text that are left of it at least. */
    private static final int LEAST_TEXT = 10;

    FittedTable {
        names = List.copyOf(names);
        numbers = List.copyOf(numbers);
        rows = List.copyOf(rows);
    }

    /** Whether lines of so many columns show all of it. */
    boolean fits(int columns) {
        return width(natural()) <= columns;
    }

    /** Prints it. @param columns of the terminal */
    void print(PrintStream out, int columns) {
        int[] natural = natural();
        int[] widths = fitted(natural, columns);
        boolean cut = !Arrays.equals(natural, widths);
        if (width(widths) <= columns) {
            out.println(line(names, widths));
            out.println(Arrays.stream(widths)
                    .mapToObj("─"::repeat)
                    .reduce((a, b) -> a + "──" + b)
                    .orElse(""));
            rows.forEach(row -> out.println(line(row, widths)));
        } else {
            cut = printRecords(out, columns);
        }
        if (cut) {
            out.printf(
                    "%s marks what does not fit into %d columns; through a pipe (| cat) all is printed%n",
                    CUT, columns);
        }
    }

    /** @return whether something was cut */
    private boolean printRecords(PrintStream out, int columns) {
        int name = names.stream().mapToInt(FittedTable::length).max().orElse(0);
        int value = Math.max(LEAST_TEXT, columns - name - BETWEEN.length());
        for (int row = 0; row < rows.size(); row++) {
            String title = "── row " + (row + 1) + " ";
            out.println(title + "─".repeat(Math.max(2, Math.min(columns, name + 20) - title.length())));
            for (int i = 0; i < names.size(); i++) {
                String cell = cut(rows.get(row).get(i), value);
                out.println((padded(names.get(i), name, false) + BETWEEN + cell).stripTrailing());
            }
        }
        return rows.stream().flatMap(List::stream).anyMatch(cell -> length(cell) > value);
    }

    private int[] natural() {
        return IntStream.range(0, names.size())
                .map(i -> Math.max(length(names.get(i)), widestCell(i)))
                .toArray();
    }

    private int widestCell(int column) {
        return rows.stream().mapToInt(row -> length(row.get(column))).max().orElse(0);
    }

    /** Takes from the widest that can be cut until the line fits or nothing more can be. */
    private int[] fitted(int[] natural, int columns) {
        int[] widths = natural.clone();
        int[] least = IntStream.range(0, widths.length)
                .map(i -> numbers.get(i) ? Math.max(1, widestCell(i)) : Math.min(natural[i], LEAST_TEXT))
                .toArray();
        for (int over = width(widths) - columns; over > 0; over--) {
            int widest = IntStream.range(0, widths.length)
                    .filter(i -> widths[i] > least[i])
                    .reduce((a, b) -> widths[b] > widths[a] ? b : a)
                    .orElse(-1);
            if (widest < 0) {
                return widths;
            }
            widths[widest]--;
        }
        return widths;
    }

    private static int width(int[] widths) {
        return Arrays.stream(widths).sum() + BETWEEN.length() * Math.max(0, widths.length - 1);
    }

    private String line(List<String> cells, int[] widths) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            parts.add(padded(cut(cells.get(i), widths[i]), widths[i], numbers.get(i)));
        }
        return String.join(BETWEEN, parts).stripTrailing();
    }

    private static String padded(String cell, int width, boolean right) {
        String spaces = " ".repeat(width - length(cell));
        return right ? spaces + cell : cell + spaces;
    }

    private static String cut(String cell, int width) {
        return length(cell) <= width ? cell : cell.substring(0, cell.offsetByCodePoints(0, width - 1)) + CUT;
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
