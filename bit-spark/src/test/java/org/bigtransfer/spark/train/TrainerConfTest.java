package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class TrainerConfTest {
    @Test
    void executorsHaveAsManyThreadsAsNetworksWhichSpinBrieflyUnlessTheUserSaysHowLong() {
        SparkConf conf = TrainerConf.networks(new SparkConf(false), 3);
        assertThat(conf.get("spark.executorEnv.OMP_NUM_THREADS")).isEqualTo("3");
        assertThat(conf.get("spark.executorEnv.GOMP_SPINCOUNT")).isEqualTo("2000");

        SparkConf own = new SparkConf(false).setExecutorEnv("GOMP_SPINCOUNT", "7");
        assertThat(TrainerConf.networks(own, 1).get("spark.executorEnv.GOMP_SPINCOUNT"))
                .isEqualTo("7");
    }
}
