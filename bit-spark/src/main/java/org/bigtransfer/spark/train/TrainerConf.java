package org.bigtransfer.spark.train;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.SparkConf;

/** What training needs of Spark's configuration; to be applied before the session is made. */
public final class TrainerConf {
    /** How long no further executor may register before slots are found missing at the start, such as {@code 10s}. */
    public static final String SLOTS_WAIT = "spark.bigtransfer.slots.wait";

    /** How long the cluster may take to replace lost executors before the run ends, such as {@code 10min}. */
    public static final String RETURN_WAIT = "spark.bigtransfer.slots.return";

    /** How often the stage may fail without a new checkpoint before the run ends; 3 unless set. */
    public static final String ATTEMPTS = "spark.bigtransfer.attempts";

    /** How long to wait before another start where one has failed again, such as {@code 10s}. */
    public static final String PAUSE = "spark.bigtransfer.attempts.pause";

    private static final String PLUGINS = "spark.plugins";
    private static final List<String> JAVACPP =
            List.of("-Dorg.bytedeco.javacpp.maxbytes=0", "-Dorg.bytedeco.javacpp.maxphysicalbytes=0");

    private TrainerConf() {}

    /**
     * Sets what training cannot do without; what is set already and may differ is left alone.
     *
     * @param threads compute threads a replica
     */
    public static SparkConf apply(SparkConf conf, int threads) {
        Set<String> plugins = new LinkedHashSet<>();
        for (String plugin : conf.get(PLUGINS, "").split(",")) {
            if (!plugin.isBlank()) {
                plugins.add(plugin.trim());
            }
        }
        plugins.add(ControlPlugin.class.getName());
        conf.set(PLUGINS, String.join(",", plugins));
        // A lost task fails the job at once: the trainer itself starts it again, from the newest checkpoint.
        conf.set("spark.stage.maxConsecutiveAttempts", "1");
        conf.setIfMissing("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s");
        conf.setIfMissing("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "5");
        conf.setIfMissing("spark.barrier.sync.timeout", "120");
        return networks(conf, threads);
    }

    /** Sets what any job needs whose tasks compute networks. @param threads compute threads of each */
    public static SparkConf networks(SparkConf conf, int threads) {
        for (String variable : List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")) {
            conf.setExecutorEnv(variable, Integer.toString(threads));
        }
        // Else OpenMP's threads spin for milliseconds while they wait, on cores that other threads want.
        conf.setIfMissing("spark.executorEnv.GOMP_SPINCOUNT", "2000");
        String options = conf.get("spark.executor.extraJavaOptions", "");
        for (String option : JAVACPP) {
            if (!options.contains(option.substring(0, option.indexOf('=')))) {
                options = (options + " " + option).trim();
            }
        }
        return conf.set("spark.executor.extraJavaOptions", options);
    }

    static boolean isApplied(SparkConf conf) {
        return List.of(conf.get(PLUGINS, "").split(",")).contains(ControlPlugin.class.getName());
    }
}
