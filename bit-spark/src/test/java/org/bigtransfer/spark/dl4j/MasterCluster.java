package org.bigtransfer.spark.dl4j;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.bigtransfer.spark.ClusterDriver;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.common.loader.Source;
import org.nd4j.linalg.dataset.DataSet;

/**
 * A driver in a process of its own that trains a graph from files, with averaging after two updates, by two executors in
 * processes of their own: {@code <files, by commas>}. Prints what it refuses, what it hears, and the parameters.
 */
final class MasterCluster {
    private MasterCluster() {}

    /** Reads a file as {@link DataSet#save} wrote it; on a cluster, not on its driver. */
    record Loader() implements DataSetLoader {
        @Override
        public DataSet load(Source source) throws IOException {
            boolean onDriver = SparkEnv.get().executorId().equals("driver");
            if (onDriver != SparkEnv.get().conf().get("spark.master").startsWith("local[")) {
                throw new IOException("files must be read by executors");
            }
            DataSet examples = new DataSet();
            try (InputStream in = source.getInputStream()) {
                examples.load(in);
            }
            return examples;
        }
    }

    private static SparkComputationGraph network(JavaSparkContext spark, int workers) {
        return new SparkComputationGraph(
                spark,
                Samples.layers().toComputationGraph(),
                BitTrainingMaster.builder(workers, 8).averagingPeriod(2).build());
    }

    public static void main(String[] args) {
        try (JavaSparkContext spark = new JavaSparkContext(ClusterDriver.conf("training master", ""))) {
            JavaRDD<String> files = spark.parallelize(List.of(args[0].split(",")), 3);
            try {
                network(spark, 3).fitPaths(files, new Loader());
            } catch (IllegalArgumentException e) {
                System.out.println(e.getMessage());
            }
            try {
                network(spark, 2).fitPaths(spark.parallelize(List.of("file:/nowhere/0")), new Loader());
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
            List<Integer> heard = new ArrayList<>();
            SparkComputationGraph network = network(spark, 2);
            network.setListeners(new BaseTrainingListener() {
                @Override
                public void iterationDone(Model model, int iteration, int epoch) {
                    heard.add(iteration);
                }
            });
            float[] parameters = network.fitPaths(files, new Loader()).params().toFloatVector();
            System.out.println("updates heard: " + heard);
            System.out.println(Arrays.toString(parameters));
        }
    }
}
