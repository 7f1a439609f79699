package org.bigtransfer.spark.train;

/** A plan that this cluster cannot carry out, or that is not the one its run directory was begun with. */
public final class PlanRefusedException extends TrainException {
    private static final long serialVersionUID = 1;

    public PlanRefusedException(String message) {
        super(message);
    }
}
