import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Readers with a JDBC connection each, which look at what {@code Writer} writes and at a job that is run again until a file is
 * there, and once more; ends with 1 where one sees a part of a run, a run less, or an older attempt than before.
 *
 * <p>{@code java JdbcReaders.java <url> <readers> <file that ends it> <run-id evaluated again> <its images>}; prints the number of
 * answers and of attempts that one reader has seen.
 */
final class JdbcReaders {
    private static final String QUERY =
            """
            SELECT run_id, count(*), min(loss), max(loss), count(DISTINCT attempt)
            FROM newest_predictions
            WHERE run_id LIKE 'writer-%' OR run_id = 'EVALUATED'
            GROUP BY run_id""";
    private static final int WRITTEN = 12;

    private JdbcReaders() {}

    /** What a reader saw. */
    private record Seen(int answers, int attempts) {}

    public static void main(String[] args) throws Exception {
        int readers = Integer.parseInt(args[1]);
        ExecutorService pool = Executors.newFixedThreadPool(readers);
        try {
            List<Future<Seen>> futures = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
                futures.add(pool.submit(reader(args[0], Path.of(args[2]), args[3], Integer.parseInt(args[4]))));
            }
            int answers = 0;
            int attempts = Integer.MAX_VALUE;
            for (Future<Seen> future : futures) {
                answers += future.get().answers();
                attempts = Math.min(attempts, future.get().attempts());
            }
            System.out.println(answers + " " + attempts);
        } finally {
            pool.shutdownNow();
        }
    }

    private static Callable<Seen> reader(String url, Path end, String evaluated, int images) {
        return () -> {
            Map<String, Double> newest = new HashMap<>();
            int answers = 0;
            int attempts = 0;
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                boolean last;
                do {
                    last = Files.exists(end);
                    Map<String, Double> found = look(statement, evaluated, images);
                    if (!found.keySet().containsAll(newest.keySet())) {
                        throw new IllegalStateException("all of %s must be there: %s".formatted(newest, found));
                    }
                    for (String run : found.keySet()) {
                        double before = newest.getOrDefault(run, 0.0);
                        if (!run.equals(evaluated) && found.get(run) < before) {
                            throw new IllegalStateException("%s must not be older than %s: %s".formatted(run, before, found));
                        }
                        attempts += found.get(run) > before ? 1 : 0;
                    }
                    newest.putAll(found);
                    answers++;
                } while (!last);
            }
            return new Seen(answers, attempts);
        };
    }

    /** The loss that all rows of a run have, by run. */
    private static Map<String, Double> look(Statement statement, String evaluated, int images) throws SQLException {
        Map<String, Double> found = new HashMap<>();
        try (ResultSet rows = statement.executeQuery(QUERY.replace("EVALUATED", evaluated))) {
            while (rows.next()) {
                String run = rows.getString(1);
                boolean ours = run.equals(evaluated);
                boolean whole = rows.getLong(2) == (ours ? images : WRITTEN) && rows.getLong(5) == 1;
                if (!whole || (!ours && rows.getDouble(3) != rows.getDouble(4))) {
                    throw new IllegalStateException("%s must be whole: %d rows of %d attempts, losses %s to %s"
                            .formatted(run, rows.getLong(2), rows.getLong(5), rows.getDouble(3), rows.getDouble(4)));
                }
                found.put(run, rows.getDouble(4));
            }
        }
        return found;
    }
}
