package org.bigtransfer.torch;

import static org.bigtransfer.replica.Floats.assertClose;

import java.io.IOException;
import java.util.List;
import org.bigtransfer.replica.Engines;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.GoldenCase;
import org.bigtransfer.replica.Precision;
import org.bigtransfer.replica.Replica;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.Test;

class PlacementTest {
    /** Nothing is tested where LibTorch is not part of the build. */
    @Test
    void whatAGpuDoesOtherwiseGivesTheSameNumbers() throws IOException {
        if (!Engines.all().toList().contains("torch")) {
            return;
        }
        LibTorch.load();
        GoldenCase golden = GoldenCase.ours();
        Placement asOnAGpu = new Placement(new Device("cpu"), MemoryFormat.Contiguous, Precision.FLOAT32);
        try (Replica plain = golden.open("torch", 1);
                Replica other = new TorchReplica(golden.spec(1), asOnAGpu)) {
            golden.load(other.parameters());
            for (int step = 0; step < 2; step++) {
                for (Replica replica : List.of(plain, other)) {
                    replica.clearGradient();
                    replica.accumulate(golden.batch(), 0.5);
                    replica.gradient().write(3, new float[] {7}, 0, 1);
                    replica.accumulate(golden.mixedBatch(), 0.5);
                }
                assertClose(Floats.of(other.gradient()), Floats.of(plain.gradient()), 1e-5);
                plain.update(1e-4);
                other.update(1e-4);
                assertClose(Floats.of(other.parameters()), Floats.of(plain.parameters()), 1e-6);
                assertClose(Floats.of(other.optimizerState()), Floats.of(plain.optimizerState()), 1e-5);
            }
            assertClose(
                    other.predict(golden.images(), golden.count(), golden.size())
                            .logits(),
                    plain.predict(golden.images(), golden.count(), golden.size())
                            .logits(),
                    1e-5);
        }
    }
}
