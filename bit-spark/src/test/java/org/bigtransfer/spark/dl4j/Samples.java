package org.bigtransfer.spark.dl4j;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A network that is no BiT, and something for it to learn: a class and two numbers of an 8 × 8 image. */
final class Samples {
    private static final int SIZE = 8;
    private static final int CLASSES = 3;
    private static final int NUMBERS = 2;

    private Samples() {}

    /** What stands between the convolution and the dense layer. */
    enum Middle {
        NOTHING,
        BATCH_NORMALIZATION,
        DROPOUT
    }

    /** Convolution, dense, two outputs; weight decay and clipping, which come between gradient and updater. */
    static ComputationGraph graph(IUpdater updater, Middle middle) {
        ComputationGraphConfiguration.GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(updater)
                .l2(1e-3)
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("image")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 1))
                .addLayer(
                        "convolution",
                        new ConvolutionLayer.Builder(3, 3).nOut(4).build(),
                        "image");
        String below = "convolution";
        if (middle != Middle.NOTHING) {
            below = "middle";
            builder.addLayer(
                    below, middle == Middle.DROPOUT ? new DropoutLayer(0.5) : new BatchNormalization(), "convolution");
        }
        ComputationGraph graph = new ComputationGraph(
                builder.addLayer("dense", new DenseLayer.Builder().nOut(16).build(), below)
                        .addLayer(
                                "class",
                                new OutputLayer.Builder(LossFunction.MCXENT)
                                        .nOut(CLASSES)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "dense")
                        .addLayer(
                                "numbers",
                                new OutputLayer.Builder(LossFunction.MSE)
                                        .nOut(NUMBERS)
                                        .activation(Activation.IDENTITY)
                                        .build(),
                                "dense")
                        .setOutputs("class", "numbers")
                        .build());
        graph.init();
        return graph;
    }

    /** Examples that differ from object to object. */
    static MultiDataSet examples(int object, int count) {
        SplittableRandom random = new SplittableRandom(object);
        float[] images = new float[count * SIZE * SIZE];
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) random.nextDouble(-1, 1);
        }
        INDArray classes = Nd4j.zeros(count, CLASSES);
        float[] numbers = new float[count * NUMBERS];
        for (int i = 0; i < count; i++) {
            classes.putScalar(i, random.nextInt(CLASSES), 1);
            for (int j = 0; j < NUMBERS; j++) {
                numbers[i * NUMBERS + j] = (float) random.nextDouble(-1, 1);
            }
        }
        return new MultiDataSet(
                new INDArray[] {Nd4j.create(images, new int[] {count, 1, SIZE, SIZE})},
                new INDArray[] {classes, Nd4j.create(numbers, new int[] {count, NUMBERS})});
    }

    /** A small network of layers, which learns the class from the numbers. */
    static MultiLayerNetwork layers() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Nesterovs(0.1, 0.9))
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(NUMBERS)
                        .nOut(8)
                        .activation(Activation.TANH)
                        .build())
                .layer(new OutputLayer.Builder()
                        .nIn(8)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        return network;
    }

    /** What it learns from, in some objects of so many examples. */
    static List<DataSet> rows(int first, int objects, int examples) {
        return IntStream.range(first, first + objects)
                .mapToObj(object -> examples(object, examples))
                .map(object -> new DataSet(object.getLabels(1), object.getLabels(0)))
                .toList();
    }
}
