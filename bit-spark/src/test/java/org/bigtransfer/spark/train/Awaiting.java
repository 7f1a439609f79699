package org.bigtransfer.spark.train;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.TaskContext;
import org.bigtransfer.spark.exchange.Exchange;

/** Replicas that have done their part of a step and await the others'. */
final class Awaiting {
    private Awaiting() {}

    /** Whether a replica's thread sums gradients with the others. */
    static boolean others(Thread replica) {
        return Arrays.stream(replica.getStackTrace())
                .anyMatch(frame -> frame.getClassName().startsWith(Exchange.class.getPackageName())
                        && frame.getMethodName().equals("sum"));
    }

    /** Makes one replica of this JVM take longer for every step than the others do, however long they take. */
    static final class Slow implements Runnable {
        private static final int TIMES_THE_OTHERS = 2;

        private final int slow;
        private final int replicas;
        private final Map<Integer, Thread> threads = new ConcurrentHashMap<>();
        private long released = System.nanoTime();

        /** @param slow its rank @param replicas of the run */
        Slow(int slow, int replicas) {
            this.slow = slow;
            this.replicas = replicas;
        }

        /** To be called before every pass. What the others do in a step lies between the last pass here and their waiting. */
        @Override
        public void run() {
            threads.put(TaskContext.getPartitionId(), Thread.currentThread());
            if (TaskContext.getPartitionId() != slow) {
                return;
            }
            while ((threads.size() < replicas || !othersWait())
                    && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(1_000_000);
            }
            long begin = System.nanoTime();
            long others = begin - released;
            while (System.nanoTime() - begin < TIMES_THE_OTHERS * others) {
                LockSupport.parkNanos(1_000_000);
            }
            released = System.nanoTime();
        }

        private boolean othersWait() {
            return threads.entrySet().stream()
                    .allMatch(replica -> replica.getKey() == slow || others(replica.getValue()));
        }
    }
}
