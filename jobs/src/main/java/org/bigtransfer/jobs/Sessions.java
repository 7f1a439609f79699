package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.settings.InvalidSettingsException;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.spark.train.Slots;
import org.bigtransfer.spark.train.SparkRules;
import org.bigtransfer.spark.train.TrainerConf;
import org.bigtransfer.spark.ui.Described;

/** A job's Spark session: the one that this JVM has, or a new one that ends with the job. */
final class Sessions implements AutoCloseable {
    private static final String MASTER = "spark.master";
    private static final String SCALA = "2.12";

    /** Keys, and values, that Spark hides in its UI, event logs and logs: its own, Hadoop's, clouds' and of encryption. */
    static final String HIDDEN = "(?i)secret|password|passphrase|token|access.?key|account.?key|private.?key"
            + "|encryption.?key|credential|keytab|[.]sas[.]";

    private final SparkSession spark;
    private final Runnable end;

    private Sessions(SparkSession spark, Runnable end) {
        this.spark = spark;
        this.end = end;
    }

    /**
     * Opens the session of a job.
     *
     * @param slots tasks that must be able to run at once, where the machine has fewer cores
     * @param threads compute threads of each
     */
    static Sessions open(JobRun run, int slots, int threads) {
        return open(run, slots, TrainerConf.networks(new SparkConf(), threads), SparkRules::gpus);
    }

    /** As {@link #open(JobRun, int, int)}, of a job without networks, which any cluster can run. */
    static Sessions withoutNetworks(JobRun run) {
        return open(run, 1, TrainerConf.networks(new SparkConf(), 1), conf -> List.of());
    }

    /** As {@link #open(JobRun, int, int)}, of a job that trains. */
    static Sessions forTraining(JobRun run, int slots, int threads) {
        return open(run, slots, TrainerConf.apply(new SparkConf(), threads), SparkRules::training);
    }

    /**
     * Opens a session whose tasks each have an executor JVM of their own, of one core: on this machine unless a master is
     * named.
     *
     * @param executors on this machine
     * @param heap of each, MiB
     */
    static Sessions ofExecutors(JobRun run, int executors, int heap) throws IOException {
        SparkConf conf = TrainerConf.networks(new SparkConf(), 1);
        if (isOpen() || conf.contains(MASTER) || !run.master().isEmpty()) {
            return open(run, executors, conf, SparkRules::gpus);
        }
        conf.setMaster("local-cluster[%d,1,%d]".formatted(executors, heap));
        conf.set("spark.executor.memory", heap + "m");
        conf.set("spark.executor.cores", "1");
        // Spark's jars and this one: those of this process.
        conf.set("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        conf.setExecutorEnv("SPARK_SCALA_VERSION", SCALA);
        // They come for certain, if this machine has much else to do.
        conf.setIfMissing(TrainerConf.SLOTS_WAIT, "120s");
        SparkHome home = SparkHome.make();
        Sessions session = open(run, executors, conf, SparkRules::gpus);
        return new Sessions(session.spark, () -> {
            session.close();
            home.close();
        });
    }

    private static Sessions open(JobRun run, int slots, SparkConf conf, Function<SparkConf, List<String>> rules) {
        if (isOpen()) {
            return described(run, SparkSession.getDefaultSession().get(), () -> {});
        }
        if (!run.master().isEmpty()) {
            conf.setMaster(run.master());
        }
        conf.setIfMissing(
                MASTER, "local[%d]".formatted(Math.max(Runtime.getRuntime().availableProcessors(), slots)));
        List<Problem> problems = rules.apply(conf).stream()
                .map(problem -> new Problem("", problem))
                .toList();
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
        if (conf.get(MASTER).startsWith("local")) {
            conf.setIfMissing("spark.ui.enabled", "false");
            conf.setIfMissing("spark.driver.host", "127.0.0.1");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
        }
        conf.setIfMissing("spark.sql.session.timeZone", "UTC");
        conf.setIfMissing("spark.app.name", "bit " + run.attempt().runId());
        conf.setIfMissing("spark.redaction.regex", HIDDEN);
        SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
        return described(run, spark, spark::stop);
    }

    private static Sessions described(JobRun run, SparkSession spark, Runnable end) {
        Described described = Described.job(
                spark.sparkContext(),
                "bit %s %s".formatted(run.job().title(), run.attempt().runId()));
        return new Sessions(spark, () -> {
            described.close();
            end.run();
        });
    }

    private static boolean isOpen() {
        return SparkSession.getDefaultSession().isDefined()
                && !SparkSession.getDefaultSession().get().sparkContext().isStopped();
    }

    /**
     * The tasks that can run at once; with GPUs, each has one. On a cluster executors register after the session is
     * made: waits for them.
     *
     * @param wanted returns as soon as there are that many; 0 waits until no more come
     */
    int slots(int wanted) {
        return Slots.await(spark.sparkContext(), wanted == 0 ? Integer.MAX_VALUE : wanted);
    }

    SparkSession spark() {
        return spark;
    }

    /** For Hadoop's file systems. */
    Configuration conf() {
        return spark.sessionState().newHadoopConf();
    }

    @Override
    public void close() {
        end.run();
    }
}
