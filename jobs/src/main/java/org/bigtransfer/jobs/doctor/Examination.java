package org.bigtransfer.jobs.doctor;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.exchange.Exchange;
import org.bigtransfer.spark.network.TaskGpu;
import org.bigtransfer.spark.train.BarrierStage;
import org.bigtransfer.spark.train.TrainException;
import org.bigtransfer.spark.train.TrainListener;

/** What one task in each slot, all at once and connected as replicas are, sees of its machine and file systems. */
public final class Examination {
    /** What Spark calls the executor that is the driver's own process. */
    private static final String DRIVER = "driver";

    private final List<Seen> seen;
    private final List<Finding> driver;
    private final OptionalLong container;

    /** Of one task. */
    private record Seen(ExecutorMemory memory, List<Finding> findings) implements Serializable {
        String place() {
            return DRIVER.equals(memory.id())
                    ? "this process"
                    : "executor %s on %s".formatted(memory.id(), memory.host());
        }
    }

    /** What each task does. */
    private record Look(String engine, List<Folder> folders, SerializableConfiguration conf)
            implements BarrierStage.Work<Integer, Seen> {
        @Override
        public List<Seen> run(Exchange exchange, BarrierStage.Report report, Iterator<Integer> data) {
            List<Finding> findings = Machine.check(engine, TaskGpu.current());
            folders.forEach(folder -> findings.add(folder.share(conf.value())));
            SparkEnv env = SparkEnv.get();
            return List.of(new Seen(
                    new ExecutorMemory(
                            env.blockManager().blockManagerId().host(),
                            env.executorId(),
                            1,
                            Runtime.getRuntime().maxMemory(),
                            Machine.nativeBound(),
                            Machine.memory()),
                    findings));
        }
    }

    private Examination(List<Seen> seen, List<Finding> driver, OptionalLong container) {
        this.seen = seen;
        this.driver = driver;
        this.container = container;
    }

    /**
     * Looks; leaves no files behind.
     *
     * @param slots tasks that can run at once, at least 1
     * @param folders that jobs write to, by the settings that name them
     * @throws TrainException when the tasks cannot run together
     */
    public static Examination of(
            SparkContext spark, Configuration conf, int slots, String engine, Map<String, String> folders)
            throws IOException, TrainException {
        List<Finding> driver = new ArrayList<>();
        List<Folder> written = new ArrayList<>();
        Map<Folder, List<Path>> made = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, String> entry : folders.entrySet()) {
                Finding finding = write(conf, entry.getKey(), entry.getValue(), made);
                if (finding.state() == Finding.State.OK) {
                    written.add(new ArrayList<>(made.keySet()).get(made.size() - 1));
                } else {
                    driver.add(finding);
                }
            }
            List<Seen> seen = new BarrierStage(spark, slots, new TrainListener() {})
                    .run(
                            "bit doctor",
                            JavaSparkContext.fromSparkContext(spark).parallelize(Collections.nCopies(slots, 0), slots),
                            new Look(engine, List.copyOf(written), new SerializableConfiguration(conf)));
            return new Examination(seen, driver, ExecutorMemory.container(spark.getConf()));
        } finally {
            for (Map.Entry<Folder, List<Path>> entry : made.entrySet()) {
                entry.getKey().clear(conf, entry.getValue());
            }
        }
    }

    /** Writes the driver's mark. @param made gets the folder with those that did not exist, innermost first */
    private static Finding write(Configuration conf, String setting, String path, Map<Folder, List<Path>> made) {
        try {
            Folder folder = Folder.of(conf, setting, path);
            List<Path> missing = folder.missing(conf);
            Finding finding = folder.write(conf);
            if (finding.state() == Finding.State.OK) {
                made.put(folder, missing);
            }
            return finding;
        } catch (IOException | RuntimeException e) {
            return new Folder(setting, path, "").unusable("be reachable", e);
        }
    }

    /** Of machines and folders: once where it is the same in several places. */
    public List<Finding> findings() {
        Map<String, List<Finding>> places = new LinkedHashMap<>();
        if (!driver.isEmpty()) {
            places.put("driver", driver);
        }
        seen.forEach(task ->
                places.computeIfAbsent(task.place(), place -> new ArrayList<>()).addAll(task.findings()));
        return Finding.merged(places);
    }

    /** Whether training's replicas fit. @param replica bytes outside of the heap that one takes */
    public List<Finding> memory(int replicas, long replica) {
        Map<String, ExecutorMemory> executors = new LinkedHashMap<>();
        seen.forEach(task -> executors.merge(task.place(), task.memory(), ExecutorMemory::with));
        return ExecutorMemory.check(List.copyOf(executors.values()), replicas, replica, container);
    }
}
