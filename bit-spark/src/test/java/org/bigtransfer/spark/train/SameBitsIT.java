package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.spark.train.TrainPlan.Reduction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One seed gives the same bits, however many replicas share the work and however often it is done. */
class SameBitsIT extends Training {
    @Test
    void anyNumberOfReplicasGivesTheSameBits() throws Exception {
        Runs one = trained(run());
        assertThat(one.parameters(20)).isNotEqualTo(one.parameters(10));
        assertSameBits(one, trained(run()), 20);
        for (int replicas : List.of(2, 3, 4)) {
            assertSameBits(one, trained(run().replicas(replicas)), 20);
        }
    }

    /** 14 micro-batches a step, and 6 in an epoch's last, which leaves two of eight replicas without any. */
    @ParameterizedTest
    @MethodSource("engines")
    void eightReplicasGiveTheSameBitsAsOne(String engine) throws Exception {
        Supplier<Runs> small = () -> run().engine(engine).microBatch(1).every(20, 0);
        assertSameBits(trained(small.get()), trained(small.get().replicas(8)), 20);
    }

    /** Mixup's partners are other replicas' images, 14 of 90 do not end with an epoch, and the rate is in the velocity. */
    @ParameterizedTest
    @MethodSource("engines")
    void anyNumberOfReplicasGivesTheSameBitsWhereBatchesAreReversedAndEpochsContinued(String engine) throws Exception {
        Supplier<Runs> tf2 = () -> run().profile(Profile.TF2).engine(engine).every(20, 0);
        Runs one = trained(tf2.get());
        assertSameBits(one, trained(tf2.get().replicas(3)), 20);
        assertThat(one.parameters(20))
                .isNotEqualTo(trained(run().engine(engine)).parameters(20));
    }

    /** 20 steps of 8 images of CIFAR-10's size, by four blocks. */
    @ParameterizedTest
    @MethodSource("engines")
    void anyNumberOfReplicasGivesTheSameBitsOfBitAtCifarsSize(String engine) throws Exception {
        Supplier<Runs> cifar = () -> run().engine(engine)
                .architecture("R[1,1,1,1]x1")
                .resolution(40, 32)
                .globalBatch(8)
                .every(20, 0);
        Runs one = trained(cifar.get());
        for (int replicas : List.of(2, 4)) {
            assertSameBits(one, trained(cifar.get().replicas(replicas)), 20);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theSameRunTwiceGivesTheSameBits(String engine) throws Exception {
        Supplier<Runs> running = () -> run().engine(engine).replicas(3).reduction(Reduction.RUNNING);
        assertSameBits(trained(running.get()), trained(running.get()), 20);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void runningSumsAgreeToTheToleranceOfReordering(String engine) throws Exception {
        float[] tree = trained(run().engine(engine)).parameters(20);
        for (int replicas : List.of(1, 2, 4)) {
            float[] running = trained(run().engine(engine).replicas(replicas).reduction(Reduction.RUNNING))
                    .parameters(20);
            double norm = 0;
            double difference = 0;
            for (int i = 0; i < tree.length; i++) {
                norm += (double) tree[i] * tree[i];
                difference += Math.pow((double) tree[i] - running[i], 2);
            }
            assertThat(Math.sqrt(difference / norm)).isLessThan(1e-5);
        }
    }
}
