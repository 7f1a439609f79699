package org.bigtransfer.spark.train;

import java.io.Serializable;
import java.util.List;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.architecture.TensorPatterns;
import org.bigtransfer.hyperrule.AveragingPeriod;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Schedule;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.Optimizer;
import org.bigtransfer.replica.Precision;
import org.bigtransfer.replica.ReplicaSpec;
import org.bigtransfer.weights.WeightFile.Head;

/**
 * Everything that a training run is told; all of it resolved, nothing {@code auto}.
 *
 * @param run the run directory
 * @param dataset the dataset's folder
 * @param engine which engine computes
 * @param precision what it computes in
 * @param teacher whose predictions are the targets, if there is one
 */
public record TrainPlan(
        String run,
        String dataset,
        String engine,
        Precision precision,
        long seed,
        Network network,
        Teacher teacher,
        Input input,
        Work work,
        Optimization optimization,
        Milestones milestones)
        implements Serializable {
    /** Weights that are drawn at random. */
    public static final String RANDOM = "none";

    /**
     * What is trained.
     *
     * @param architecture its name
     * @param weights that training starts from
     * @param headBias of each class where the head starts from zero
     * @param freeze patterns of the names of tensors that stay as they are; see {@link TensorPatterns}
     */
    public record Network(String architecture, Weights weights, double headBias, List<String> freeze)
            implements Serializable {
        public Network {
            freeze = List.copyOf(freeze);
        }

        /** @throws IllegalArgumentException when a pattern names no tensor, or nothing is left to train */
        public void requireTrainable() {
            frozen(1); // names do not depend on the classes
        }

        List<String> frozen(int classes) {
            ParameterLayout layout = ParameterLayout.of(Architecture.of(architecture), classes);
            List<String> frozen = TensorPatterns.matches(freeze, layout);
            if (frozen.size() == layout.tensors().size()) {
                throw new IllegalArgumentException("frozen patterns must leave a tensor to train: " + freeze);
            }
            return frozen;
        }
    }

    /**
     * What training starts from.
     *
     * @param name as settings have it, or {@value TrainPlan#RANDOM} for random weights
     * @param file where they are, on any Hadoop file system; empty for random ones
     * @param head what becomes of their head
     */
    public record Weights(String name, String file, Head head) implements Serializable {
        /** Drawn by the plan's seed, with a head of zeros. */
        public static Weights random() {
            return new Weights(RANDOM, "", Head.ZERO);
        }

        /** Whether they are drawn. */
        public boolean isRandom() {
            return name.equals(RANDOM);
        }
    }

    /**
     * A trained network whose predictions are learned instead of the labels.
     *
     * @param architecture its name; empty without a teacher
     * @param weights with a head of the dataset's classes
     */
    public record Teacher(String architecture, Weights weights) implements Serializable {
        /** The labels are learned. */
        public static final Teacher NONE = new Teacher("", Weights.random());

        /** Whether there is one. */
        public boolean isGiven() {
            return !weights.isRandom();
        }
    }

    /**
     * What the network sees.
     *
     * @param preprocessing of images, by the run's profile
     * @param mixup α of Beta(α, α), 0 for none
     * @param examplesPerClass few-shot selection; 0 takes all
     */
    public record Input(Preprocessing preprocessing, double mixup, int examplesPerClass) implements Serializable {}

    /**
     * Who computes how much of a step.
     *
     * @param globalBatch examples a step
     * @param microBatch examples a forward and backward pass, at most
     * @param replicas tasks of the barrier stage
     * @param threads compute threads a replica
     * @param reduction how micro-batch gradients are summed
     * @param averagingPeriod steps between two exchanges
     */
    public record Work(
            int globalBatch,
            int microBatch,
            int replicas,
            int threads,
            Reduction reduction,
            AveragingPeriod averagingPeriod)
            implements Serializable {}

    /**
     * How the weights change.
     *
     * @param weightDecay of kernels; 0 for none
     * @param baseLr learning rate after warm-up
     * @param steps updates to do, at most the schedule's
     */
    public record Optimization(Loss loss, double weightDecay, double baseLr, Schedule schedule, int steps)
            implements Serializable {}

    /**
     * What is done on the way.
     *
     * @param checkpointEvery steps between two checkpoints; the last step is always one
     * @param evaluateEvery steps between two evaluations of the validation split; 0 for none
     * @param keepCheckpoints how many of the newest checkpoints stay
     * @param earlyStopping what evaluations may end
     */
    public record Milestones(int checkpointEvery, int evaluateEvery, int keepCheckpoints, EarlyStopping earlyStopping)
            implements Serializable {}

    /** How the gradients of a step's micro-batches are summed. */
    public enum Reduction {
        /** In one fixed binary tree over the global batch: the same bits for any number of replicas. */
        TREE,
        /** Into one buffer a replica, in order: less memory, other roundings for other numbers of replicas. */
        RUNNING
    }

    /** Whose BiT is followed. */
    public Profile profile() {
        return input.preprocessing().profile();
    }

    /** What opens one replica. @param classes the head's outputs */
    public ReplicaSpec replica(int classes) {
        return new ReplicaSpec(
                Architecture.of(network.architecture()),
                classes,
                profile().epsilon(),
                optimization.loss(),
                new Optimizer(profile().momentum(), optimization.weightDecay(), network.frozen(classes)),
                work.threads(),
                precision);
    }

    /** What opens the teacher of one replica. */
    public ReplicaSpec teacherReplica(int classes) {
        return new ReplicaSpec(
                Architecture.of(teacher.architecture()),
                classes,
                profile().epsilon(),
                Loss.SOFTMAX,
                Optimizer.BIT,
                work.threads(),
                precision);
    }
}
