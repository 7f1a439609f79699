package org.bigtransfer.torch;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** LibTorch's own, which computes in float32 whatever the activations are. */
final class FusedGroupNorm implements GroupNorm {
    private final Parameter gamma;
    private final Parameter beta;
    private final double epsilon;
    private final Saved saved = new Saved();
    private Tensor input;
    private Tensor output;
    private Tensor mean;
    private Tensor scale;

    FusedGroupNorm(Parameter gamma, Parameter beta, double epsilon) {
        this.gamma = gamma;
        this.beta = beta;
        this.epsilon = epsilon;
    }

    @Override
    public Tensor forward(Tensor x) {
        input = saved.add(x);
        T_TensorTensorTensor_T normal = torch.native_group_norm(
                x.to(ScalarType.Float),
                new TensorOptional(gamma.value()),
                new TensorOptional(beta.value()),
                x.size(0),
                x.size(1),
                x.size(2) * x.size(3),
                GROUPS,
                epsilon);
        mean = saved.add(normal.get1());
        scale = saved.add(normal.get2());
        output = saved.add(torch.relu_(normal.get0()).to(x.scalar_type()));
        return output;
    }

    @Override
    public Tensor backward(Tensor gradient, Tensor... addends) {
        T_TensorTensorTensor_T gradients = torch.native_group_norm_backward(
                torch.threshold_backward(gradient, output, new Scalar(0f)).to(ScalarType.Float),
                input.to(ScalarType.Float),
                mean,
                scale,
                new TensorOptional(gamma.value()),
                input.size(0),
                input.size(1),
                input.size(2) * input.size(3),
                GROUPS,
                new BoolPointer(3).put(0, true).put(1, true).put(2, true));
        gamma.gradient(gradients.get1());
        beta.gradient(gradients.get2());
        Tensor ofInput = gradients.get0().to(gradient.scalar_type());
        for (Tensor addend : addends) {
            ofInput.add_(addend);
        }
        return ofInput;
    }

    @Override
    public void release() {
        saved.close();
    }
}
