package org.bigtransfer.spark.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.replica.AssignedGpu;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.ReductionTree;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.TaughtReplica;
import org.bigtransfer.spark.checkpoint.Checkpoints;
import org.bigtransfer.spark.exchange.Exchange;
import org.bigtransfer.spark.feed.Feed;
import org.bigtransfer.spark.network.Network;
import org.bigtransfer.spark.network.TaskGpu;
import org.bigtransfer.weights.Initialization;
import org.bigtransfer.weights.WeightFile;
import org.bigtransfer.weights.WeightFile.Head;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.runtime.AbstractFunction1;

/** A task of the barrier stage: opens its replica, trains to the end. */
final class ReplicaTask extends AbstractFunction1<Iterator<Integer>, Iterator<ReplicaOutcome>> implements Serializable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaTask.class);
    private static final long serialVersionUID = 1;

    private final ReplicaTaskSpec spec;

    ReplicaTask(ReplicaTaskSpec spec) {
        this.spec = spec;
    }

    @Override
    public Iterator<ReplicaOutcome> apply(Iterator<Integer> ranks) {
        StageTask task = new StageTask(spec.session(), spec.attempt(), spec.wire());
        try {
            return JavaConverters.asScalaIterator(List.of(task.run(this::train)).iterator());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ReplicaOutcome train(Exchange exchange, List<String> hosts) throws IOException {
        TrainPlan plan = spec.plan();
        Configuration conf = spec.conf().value();
        try (Replica replica = open(conf)) {
            sayWhere(exchange.rank(), replica.device(), TaskGpu.current());
            load(replica, conf);
            try (Feed feed = new Feed(
                    conf,
                    spec.feed(),
                    ReductionTree.share(
                            exchange.rank(),
                            plan.work().replicas(),
                            spec.feed().order().microBatches()),
                    spec.state().step(),
                    plan.optimization().steps(),
                    plan.work().threads())) {
                return new ReplicaLoop(spec, replica, exchange, hosts, conf).run(feed);
            }
        }
    }

    private static void sayWhere(int rank, String device, AssignedGpu gpu) {
        LOG.info("replica {} computes on {}{}", rank, device, gpu.isGiven() ? ", was given GPU " + gpu.address() : "");
        if (gpu.isGiven() && device.equals("cpu")) {
            LOG.warn(
                    "GPU {} is given to replica {} and idle: this build of its engine computes on CPUs",
                    gpu.address(),
                    rank);
        }
    }

    private Replica open(Configuration conf) throws IOException {
        TrainPlan plan = spec.plan();
        int classes = spec.state().classes().size();
        Replica replica = Engine.named(plan.engine()).open(plan.replica(classes), TaskGpu.current());
        if (!plan.teacher().isGiven()) {
            return replica;
        }
        try {
            Network teacher = new Network(
                    plan.engine(),
                    plan.teacherReplica(classes),
                    plan.teacher().weights().file(),
                    plan.teacher().weights().head(),
                    plan.input().preprocessing(),
                    plan.work().microBatch());
            return new TaughtReplica(replica, teacher.open(conf));
        } catch (IOException | RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    private void load(Replica replica, Configuration conf) throws IOException {
        TrainPlan plan = spec.plan();
        if (spec.state().step() > 0) {
            new Checkpoints(conf, plan.run())
                    .read(spec.state().step(), replica.layout(), replica.parameters(), replica.optimizerState());
        } else if (plan.network().weights().isRandom()) {
            Initialization.random(replica.layout(), plan.seed(), replica.parameters());
            headBias(replica);
        } else {
            TrainPlan.Weights weights = plan.network().weights();
            Path file = new Path(weights.file());
            try (InputStream in = file.getFileSystem(conf).open(file)) {
                WeightFile.read(in, weights.file(), replica.layout(), weights.head(), replica.parameters());
            }
            if (weights.head() == Head.ZERO) {
                headBias(replica);
            }
        }
    }

    private void headBias(Replica replica) {
        Initialization.headBias(replica.layout(), (float) spec.plan().network().headBias(), replica.parameters());
    }
}
