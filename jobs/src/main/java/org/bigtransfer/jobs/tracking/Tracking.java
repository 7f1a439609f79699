package org.bigtransfer.jobs.tracking;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.jobs.settings.TrackingSettings;
import org.bigtransfer.spark.tables.TableRow.SplitEvaluation;
import org.bigtransfer.spark.train.StepRecord;
import org.bigtransfer.spark.train.TrainListener;

/** Hears how a run goes and tells a server outside of the cluster. Never fails and waits no longer than it is told to. */
public interface Tracking extends TrainListener, AutoCloseable {
    /** Tells nobody. */
    Tracking NONE = new Tracking() {};

    /** How a run came to its end; without a word of it, it failed. */
    enum End {
        FINISHED,
        STOPPED,
        FAILED
    }

    /**
     * The tracking that settings ask for. Loads nothing of a client that they do not.
     *
     * @param conf of the file systems that hold the run's files
     */
    static Tracking of(TrackingSettings settings, TrackedRun run, Configuration conf) {
        return settings.isGiven()
                ? new QueuedTracking(new MlflowServer(settings, run, conf), settings, run.runId())
                : NONE;
    }

    /** Whether the client of MLflow's servers is on the class path, where the jar does not bring it. */
    static boolean isAvailable() {
        try {
            Class.forName("org.mlflow.tracking.MlflowClient", false, Tracking.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Training is over, and all that it recorded is known.
     *
     * @param steps all of the run's, of earlier starts too
     * @param evaluations likewise
     * @param files to keep with the run, by the name that they are to have
     */
    default void ended(End end, List<StepRecord> steps, List<SplitEvaluation> evaluations, Map<String, Path> files) {}

    /**
     * What training made was evaluated; it is told where the run is known.
     *
     * @param files to keep with the run, by the name that they are to have
     */
    default void evaluated(SplitEvaluation evaluation, Map<String, Path> files) {}

    /** Waits, within bounds, until everything was told. */
    @Override
    default void close() {}
}
