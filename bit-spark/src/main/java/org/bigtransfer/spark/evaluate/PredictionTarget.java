package org.bigtransfer.spark.evaluate;

import java.io.Serializable;
import org.bigtransfer.spark.tables.Attempt;

/**
 * Where predictions go, and what their rows say of the network.
 *
 * @param tables the tables' root
 * @param attempt whose rows they are
 * @param modelRunId the run whose network is evaluated
 * @param step updates that the network had seen
 */
public record PredictionTarget(String tables, Attempt attempt, String modelRunId, long step) implements Serializable {}
