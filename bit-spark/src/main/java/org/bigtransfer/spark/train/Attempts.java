package org.bigtransfer.spark.train;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.bigtransfer.spark.checkpoint.CheckpointException;
import org.bigtransfer.spark.train.ControlMessage.Failed;
import org.bigtransfer.spark.train.ControlMessage.Outlook;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The starts of a barrier stage. One that failed is followed by another, once lost executors are replaced, up to
 * {@link TrainerConf#ATTEMPTS} times without a new checkpoint. The second of them and those after it, and one that
 * failed before its tasks began, come after {@link TrainerConf#PAUSE}: what fails again at once, such as a store that
 * does not answer, may need that time.
 */
final class Attempts {
    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    /** As Spark's DAGScheduler says it of a task that failed, or whose executor was lost. */
    private static final Pattern LOST_TASK =
            Pattern.compile("barrier task ResultTask\\(\\d+, (\\d+)\\) finished unsuccessfully\\.\\s*\\n([^\\n]+)");

    private final SparkContext spark;
    private final MissingSlots missing;
    private final ControlSession session;
    private final TrainListener listener;
    private int failures;
    private long reached = -1;

    /** One start. */
    @FunctionalInterface
    interface Attempt<T> {
        /**
         * Does the work, or says what it has come to if the session is to stop.
         *
         * @param number from 1
         * @throws SparkException when a task was lost
         * @throws IOException when a store fails, which may pass
         * @throws TrainException when another start would fail as well
         */
        T run(int number) throws SparkException, IOException, TrainException;
    }

    Attempts(SparkContext spark, MissingSlots missing, ControlSession session, TrainListener listener) {
        this.spark = spark;
        this.missing = missing;
        this.session = session;
        this.listener = listener;
    }

    /** @throws TrainException when attempts have failed too often, or another would fail as well */
    <T> T run(Attempt<T> attempt) throws TrainException, IOException {
        for (int number = 1; ; number++) {
            session.begin(number);
            try {
                return attempt.run(number);
            } catch (CheckpointException | AccessControlException e) {
                throw e;
            } catch (SparkException | IOException e) {
                failed(number, e);
            }
        }
    }

    private void failed(int number, Exception e) throws TrainException {
        failures = session.committed() > reached ? 1 : failures + 1;
        reached = Math.max(reached, session.committed());
        Optional<Failed> failure = e instanceof SparkException ? session.failure() : Optional.empty();
        String cause = failure.map(Failed::cause).orElseGet(() -> cause(e));
        LOG.warn("attempt {} failed: {}", number, cause);
        if (session.stopping() && e instanceof SparkException) {
            return;
        }
        if (failure.isPresent() && failure.get().outlook() == Outlook.HOPELESS) {
            throw new TrainException(cause, e);
        }
        if (failures >= spark.conf().getInt(TrainerConf.ATTEMPTS, 3) || spark.isStopped()) {
            throw over(cause, e);
        }
        session.tell(() -> listener.restarted(number + 1, cause));
        BooleanSupplier enough = () -> session.stopping() || spark.isStopped();
        if (failures > 1 || e instanceof IOException) {
            Slots.pause(spark.conf().getTimeAsMs(TrainerConf.PAUSE, "10s"), enough);
        }
        missing.requireReturn(enough, e);
        if (spark.isStopped()) {
            throw over(cause, e);
        }
    }

    private TrainException over(String cause, Exception e) {
        return new TrainException(
                "training failed %d times%s, last because: %s"
                        .formatted(failures, reached < 0 ? "" : " without a checkpoint after step " + reached, cause),
                e);
    }

    /** Why, and of a lost task which, out of the text that Spark makes of it. */
    static String cause(Exception e) {
        String message = String.valueOf(e.getMessage());
        Matcher lost = LOST_TASK.matcher(message);
        if (lost.find()) {
            return "replica %s: %s".formatted(lost.group(1), lost.group(2).trim());
        }
        return message.lines().filter(line -> !line.isBlank()).findFirst().orElse("unknown");
    }
}
