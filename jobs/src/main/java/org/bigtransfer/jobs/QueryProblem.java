package org.bigtransfer.jobs;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.AnalysisException;

/** Says in one line why Spark refuses a query: without the name of an error's class, the query or its plan. */
final class QueryProblem {
    private static final Pattern PLACE = Pattern.compile("(?:; |\\()line (\\d+),? pos (\\d+)\\)?");
    private static final Pattern END = Pattern.compile("\n|; line \\d+|\\(line \\d+");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`(?! ?\\.)");
    private static final String NO_TABLE = "TABLE_OR_VIEW_NOT_FOUND";

    private QueryProblem() {}

    /** @param tables what can be queried */
    static String of(AnalysisException thrown, List<String> tables) {
        String message = thrown.getMessage().strip();
        String first = END.split(message, 2)[0].replaceFirst("^\\[[A-Z0-9_.]+\\] ", "");
        Matcher name = NAME.matcher(first);
        if (NO_TABLE.equals(thrown.getErrorClass()) && name.find()) {
            first = "there is no table or view %s; there are %s".formatted(name.group(1), String.join(", ", tables));
        }
        Matcher place = PLACE.matcher(message);
        return place.find()
                ? "the query's line %s, column %d: %s"
                        .formatted(place.group(1), Integer.parseInt(place.group(2)) + 1, first)
                : "the query: " + first;
    }
}
