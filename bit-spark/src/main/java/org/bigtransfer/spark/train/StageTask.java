package org.bigtransfer.spark.train;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.bigtransfer.spark.checkpoint.CheckpointException;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.exchange.Exchange;
import org.bigtransfer.spark.exchange.Mesh;
import org.bigtransfer.spark.exchange.Wire;
import org.bigtransfer.spark.train.ControlMessage.Failed;
import org.bigtransfer.spark.train.ControlMessage.Outlook;
import org.bigtransfer.weights.WeightFileException;

/**
 * What every task of a barrier stage does: meets the others, works with them, and tells the driver why it fails.
 *
 * @param session of the control channel
 * @param attempt which start of the stage, from 1
 * @param wire what the tasks know each other by
 */
record StageTask(String session, int attempt, Wire wire) implements Serializable {
    /** A task's work with the others. */
    @FunctionalInterface
    interface Work<T> {
        /** @param hosts of all tasks, by rank */
        T run(Exchange exchange, List<String> hosts) throws IOException;
    }

    <T> T run(Work<T> work) throws IOException {
        BarrierTaskContext context = BarrierTaskContext.get();
        int rank = context.partitionId();
        // What fails is told before the exchange closes: the others' failures follow from that.
        List<String> hosts = new ArrayList<>();
        try (Exchange exchange = telling(rank, () -> meet(context, rank, hosts));
                Cancellation cancellation = new Cancellation(context, exchange)) {
            return telling(rank, () -> work.run(exchange, hosts));
        }
    }

    /** @param hosts where everybody's are added, by rank */
    private Exchange meet(BarrierTaskContext context, int rank, List<String> hosts) throws IOException {
        String host = SparkEnv.get().blockManager().blockManagerId().host();
        try (Mesh mesh = Mesh.listen(host);
                Cancellation cancellation = new Cancellation(context, mesh)) {
            String own = ReplicaPlace.of(context, host + ":" + mesh.port()).text();
            List<ReplicaPlace> places =
                    Arrays.stream(gather(context, own)).map(ReplicaPlace::parse).toList();
            ReplicaPlace.requireOwnGpus(places);
            places.forEach(place -> hosts.add(place.host()));
            return mesh.connect(rank, places.stream().map(ReplicaPlace::address).toList(), wire);
        }
    }

    /** Spark looks once a second whether all tasks are there: one alone need not ask. */
    private static String[] gather(BarrierTaskContext context, String own) {
        return context.getTaskInfos().length == 1 ? new String[] {own} : context.allGather(own);
    }

    @FunctionalInterface
    private interface Part<T> {
        T run() throws IOException;
    }

    private <T> T telling(int rank, Part<T> part) throws IOException {
        try {
            return part.run();
        } catch (IOException | RuntimeException e) {
            failed(rank, e);
            throw e;
        }
    }

    /** Spark would name any of the failed tasks; the driver wants the first one's reason. */
    private void failed(int rank, Exception e) {
        String reason = e instanceof IOException && e.getMessage() != null ? e.getMessage() : e.toString();
        Failed failed = new Failed("replica %d: %s".formatted(rank, reason), outlook(e));
        try {
            new Control(session, attempt).tell(failed);
        } catch (IOException | IllegalStateException unheard) {
            e.addSuppressed(unheard);
        }
    }

    private static Outlook outlook(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CheckpointException) {
                return Outlook.OPEN;
            }
            if (cause instanceof DatasetException
                    || cause instanceof WeightFileException
                    || cause instanceof HopelessException) {
                return Outlook.HOPELESS;
            }
        }
        return Outlook.OPEN;
    }
}
