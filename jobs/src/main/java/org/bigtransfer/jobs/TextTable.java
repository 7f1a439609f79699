package org.bigtransfer.jobs;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.NumericType;

/** Rows of a query as text. Numbers are never grouped, so scripts can read them; null is NULL. */
final class TextTable {
    private static final int ALIGNED_ROWS = 10_000;
    private static final int DIGITS = 6;

    private TextTable() {}

    /** A header line, then a line a row, separated by tabs; tabs and line ends within values become \t and \n. */
    static void printTabs(PrintStream out, Dataset<Row> result) {
        printTabs(out, List.of(result.columns()));
        for (Iterator<Row> rows = result.toLocalIterator(); rows.hasNext(); ) {
            printTabs(out, cells(rows.next()));
        }
        out.flush();
    }

    /** A line, separated by tabs; tabs and line ends within values become \t and \n. */
    static void printTabs(PrintStream out, List<String> cells) {
        out.print(cells.stream().map(TextTable::oneLine).collect(Collectors.joining("\t")) + "\n");
    }

    /**
     * Columns under each other, for people; at most {@value #ALIGNED_ROWS} rows. What would be wider than the terminal has
     * numbers of {@value #DIGITS} significant digits, and is cut.
     *
     * @param columns of the terminal
     */
    static void printAligned(PrintStream out, Dataset<Row> result, int columns) {
        List<Row> rows = result.takeAsList(ALIGNED_ROWS + 1);
        List<Row> shown = rows.subList(0, Math.min(ALIGNED_ROWS, rows.size()));
        FittedTable whole = table(result, shown.stream().map(TextTable::cells).toList());
        if (whole.fits(columns)) {
            whole.print(out, columns);
        } else {
            table(result, shown.stream().map(TextTable::rounded).toList()).print(out, columns);
        }
        if (rows.size() > ALIGNED_ROWS) {
            out.println("… and more; write it to a file to have all");
        }
        out.flush();
    }

    private static FittedTable table(Dataset<Row> result, List<List<String>> cells) {
        List<Boolean> numbers = Arrays.stream(result.schema().fields())
                .map(field -> field.dataType() instanceof NumericType)
                .toList();
        return new FittedTable(
                List.of(result.columns()),
                numbers,
                cells.stream()
                        .map(row -> row.stream().map(TextTable::oneLine).toList())
                        .toList());
    }

    private static String oneLine(String cell) {
        return cell.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static List<String> rounded(Row row) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.length(); i++) {
            boolean fraction = row.get(i) instanceof Double value && Double.isFinite(value);
            cells.add(
                    fraction
                            ? text(new BigDecimal(row.getDouble(i))
                                    .round(new MathContext(DIGITS))
                                    .doubleValue())
                            : text(row.get(i)));
        }
        return cells;
    }

    private static List<String> cells(Row row) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.length(); i++) {
            cells.add(text(row.get(i)));
        }
        return cells;
    }

    private static String text(Object value) {
        if (value == null) {
            return "NULL";
        } else if (value instanceof Row struct) {
            return cells(struct).stream().collect(Collectors.joining(", ", "{", "}"));
        } else if (value instanceof scala.collection.Seq<?> array) {
            List<String> items = new ArrayList<>();
            for (var iterator = array.iterator(); iterator.hasNext(); ) {
                items.add(text(iterator.next()));
            }
            return String.join(", ", items).transform("[%s]"::formatted);
        } else if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        } else if (value instanceof Double || value instanceof Float) {
            return number(((Number) value).doubleValue(), value.toString());
        }
        return value.toString();
    }

    /** Plain digits where they are few, since not every script reads 1.0E-4. */
    private static String number(double value, String shortest) {
        if (!Double.isFinite(value)) {
            return shortest;
        }
        double magnitude = Math.abs(value);
        boolean plain = magnitude == 0 || (magnitude >= 1e-9 && magnitude < 1e15);
        return plain && shortest.contains("E")
                ? new BigDecimal(shortest).stripTrailingZeros().toPlainString()
                : shortest;
    }
}
