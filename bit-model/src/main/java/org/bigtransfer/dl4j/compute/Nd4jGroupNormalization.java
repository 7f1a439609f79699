package org.bigtransfer.dl4j.compute;

import org.bigtransfer.loops.Grouping;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Group normalization with ND4J's operations. */
final class Nd4jGroupNormalization implements GroupNormalization {
    private final Grouping grouping;

    Nd4jGroupNormalization(Grouping grouping) {
        this.grouping = grouping;
    }

    @Override
    public void forward(INDArray x, INDArray gamma, INDArray beta, INDArray y) {
        INDArray normalized = new Normalized(grouped(x)).values;
        INDArray result = normalized.muli(perChannel(gamma)).addi(perChannel(beta));
        if (grouping.relu()) {
            Transforms.relu(result, false);
        }
        grouped(y).assign(result);
    }

    @Override
    public void backward(
            INDArray x, INDArray gamma, INDArray beta, INDArray dy, INDArray dx, INDArray dGamma, INDArray dBeta) {
        Normalized normalized = new Normalized(grouped(x));
        INDArray dOut = grouped(dy);
        if (grouping.relu()) {
            INDArray out = normalized.values.mul(perChannel(gamma)).addi(perChannel(beta));
            dOut = dOut.mul(out.gt(0).castTo(dy.dataType()));
        }
        dBeta.assign(dOut.sum(0, 1).reshape(dBeta.shape()));
        dGamma.assign(dOut.mul(normalized.values).sum(0, 1).reshape(dGamma.shape()));
        INDArray dNormalized = dOut.mul(perChannel(gamma));
        INDArray along = dNormalized.mul(normalized.values).mean(true, 1, 3);
        INDArray result = dNormalized
                .sub(dNormalized.mean(true, 1, 3))
                .subi(normalized.values.mul(along))
                .muli(normalized.scale);
        grouped(dx).assign(result);
    }

    /** The normalized values [N, pixels, groups, channels of a group] and what they were multiplied by. */
    private final class Normalized {
        final INDArray values;
        final INDArray scale;

        Normalized(INDArray x) {
            INDArray centred = x.sub(x.mean(true, 1, 3));
            INDArray variance = centred.mul(centred).mean(true, 1, 3);
            scale = Transforms.sqrt(variance.addi(grouping.epsilon()), false).rdivi(1);
            values = centred.muli(scale);
        }
    }

    private INDArray grouped(INDArray nhwc) {
        long channels = nhwc.size(3);
        return nhwc.reshape(
                'c', nhwc.size(0), nhwc.size(1) * nhwc.size(2), grouping.groups(), channels / grouping.groups());
    }

    private INDArray perChannel(INDArray vector) {
        return vector.reshape('c', 1, 1, grouping.groups(), vector.length() / grouping.groups());
    }
}
