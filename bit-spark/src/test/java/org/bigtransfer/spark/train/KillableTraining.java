package org.bigtransfer.spark.train;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** A process that trains: the tests' victim. Says on stdout what happens. */
final class KillableTraining {
    private KillableTraining() {}

    /** @param args the run directory and the dataset */
    public static void main(String[] args) throws Exception {
        SparkConf conf = TrainerConf.apply(new SparkConf(), 1)
                .setMaster("local[2]")
                .setAppName("killable")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1");
        TrainListener out = new TrainListener() {
            @Override
            public void stepped(StepRecord step) {
                System.out.println("stepped " + step.step());
            }

            @Override
            public void checkpointed(long step) {
                System.out.println("checkpointed " + step);
            }
        };
        SparkSession session = SparkSession.builder().config(conf).getOrCreate();
        TrainPlan plan = Runs.of(Path.of(args[0]), Path.of(args[1]))
                .replicas(2)
                .every(2, 0)
                .plan();
        Trainer trainer = new Trainer(session, plan, out);
        try (StopOnSigterm stop = new StopOnSigterm(trainer, Duration.ofSeconds(30))) {
            TrainResult result = trainer.run();
            System.out.println("ended %s %d %s".formatted(result.end(), result.step(), stop.signalled()));
        }
    }
}
