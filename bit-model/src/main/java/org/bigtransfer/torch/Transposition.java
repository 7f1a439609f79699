package org.bigtransfer.torch;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Of dense matrices. */
final class Transposition {
    private Transposition() {}

    /**
     * The transpose, dense, in the caller's pointer scope.
     *
     * <p>On a CPU, channels of one pixel are shuffled instead: the same permutation, for which LibTorch takes vector
     * instructions, 1.4 to 2 times as fast as its copy.
     *
     * @param matrix [rows, columns] @return [columns, rows]
     */
    static Tensor of(Tensor matrix) {
        long rows = matrix.size(0);
        long columns = matrix.size(1);
        if (!matrix.is_cpu() || !matrix.is_contiguous()) {
            return matrix.t().contiguous();
        }
        long all = rows * columns;
        Tensor pixel = matrix.as_strided(new long[] {1, all, 1, 1}, new long[] {all, 1, all, all}, new LongOptional());
        return torch.native_channel_shuffle(pixel, rows)
                .as_strided(new long[] {columns, rows}, new long[] {rows, 1}, new LongOptional());
    }
}
