package org.bigtransfer.spark.train;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.spark.checkpoint.Checkpoint;
import org.bigtransfer.spark.checkpoint.Checkpoints;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far a run is, by its checkpoints. */
final class RunProgress {
    private static final Logger LOG = LoggerFactory.getLogger(RunProgress.class);

    private final TrainPlan plan;
    private final RunState submitted;
    private final Checkpoints checkpoints;

    /** @param dataset that the plan names */
    RunProgress(Configuration conf, TrainPlan plan, DatasetDescription dataset) throws IOException {
        this.plan = plan;
        this.submitted = RunState.start(plan, dataset);
        this.checkpoints = new Checkpoints(conf, plan.run());
    }

    /**
     * Where training goes on: the newest whole checkpoint, or the beginning.
     *
     * @throws PlanRefusedException when the run directory is another run's
     */
    RunState newest() throws TrainException, IOException {
        Optional<Checkpoint> newest = checkpoints.newestIntact();
        if (newest.isEmpty()) {
            return submitted;
        }
        RunState state = RunState.of(newest.get(), plan.run()).resumedWith(submitted, plan.run());
        if (state.step() > plan.optimization().steps()) {
            throw new PlanRefusedException("steps must be at least the %d that %s has done: %d"
                    .formatted(state.step(), plan.run(), plan.optimization().steps()));
        }
        long best = state.modelStep();
        if (best == state.step() || checkpoints.committed().contains(best)) {
            return state;
        }
        LOG.warn("the best checkpoint, of step {}, is not there any more; others may become the best", best);
        return state.withoutBest();
    }

    /** What the run has come to, if it has ended there. */
    Optional<TrainResult> ended(RunState state) {
        if (state.step() == plan.optimization().steps()) {
            return Optional.of(result(TrainResult.End.FINISHED, state));
        }
        if (plan.milestones().earlyStopping().ends(state.validated())) {
            return Optional.of(result(TrainResult.End.EARLY, state));
        }
        return Optional.empty();
    }

    static TrainResult result(TrainResult.End end, RunState state) {
        return new TrainResult(end, state.step(), state.modelStep(), state.records());
    }
}
