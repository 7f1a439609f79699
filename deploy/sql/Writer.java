import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.spark.tables.Attempt;
import org.bigtransfer.spark.tables.ResultTables;
import org.bigtransfer.spark.tables.Table;
import org.bigtransfer.spark.tables.TableFile;
import org.bigtransfer.spark.tables.TableRow;
import org.bigtransfer.spark.train.StepRecord;

/**
 * Publishes attempts of three runs, writer-0 to writer-2, as jobs do, ever more slowly, until a file is there. Every row of
 * the n-th attempt has the loss n: 4 of steps, 1 of evaluations, 12 of predictions in 3 files.
 *
 * <p>{@code java Writer.java <tables> <file that ends it>}; prints the number of attempts.
 */
final class Writer {
    private static final int RUNS = 3;
    private static final int PARTS = 3;
    private static final int ROWS = 4;

    /** Longer by that after each attempt: all attempts' files are listed by each query, and more of them show no more. */
    private static final long PAUSE_MILLIS = 100;

    private Writer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Configuration conf = new Configuration();
        ResultTables.describe(conf, args[0]);
        int attempts = 0;
        while (attempts < RUNS || !Files.exists(Path.of(args[1]))) {
            attempts++;
            publish(conf, args[0], attempts);
            Thread.sleep(PAUSE_MILLIS * attempts);
        }
        System.out.println(attempts);
    }

    private static void publish(Configuration conf, String tables, int number) throws IOException {
        String run = "writer-" + number % RUNS;
        Attempt attempt = Attempt.of(run);
        Instant now = Instant.now();
        List<TableRow.Step> steps = LongStream.range(0, ROWS)
                .mapToObj(step -> new TableRow.Step(new StepRecord(step, 0, 0.003, number, 1, 0, 1, 0)))
                .toList();
        TableFile.write(conf, tables, Table.STEPS, attempt, steps);
        for (int part = 0; part < PARTS; part++) {
            try (TableFile file = new TableFile(conf, tables, Table.PREDICTIONS, attempt, part)) {
                for (int i = 0; i < ROWS; i++) {
                    var top = List.of(new TableRow.ClassProbability(0, "class-0", 0.5));
                    String image = "class-0/%d-%d.png".formatted(part, i);
                    file.add(new TableRow.Prediction(run, 9, "written", image, 0, 0, 1, number, top));
                }
                file.publish();
            }
        }
        TableFile.write(
                conf,
                tables,
                Table.EVALUATIONS,
                attempt,
                List.of(new TableRow.SplitEvaluation(run, 9, "/written", "written", PARTS * ROWS, number, 1, 1, 1)));
        TableRow.Run row = new TableRow.Run(
                "evaluate", run, 9, "finished", now, now, "R50x1", "none", "/written", "hash", "none", 1, 0, 0, 0, "", "{}");
        TableFile.write(conf, tables, Table.RUNS, attempt, List.of(row));
    }
}
