package org.bigtransfer.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
    @ParameterizedTest
    @CsvSource({
        "R50x1,23500352,25549352", "R101x1,42492480,44541480", "R50x3,211174080,217319080",
        "R101x3,381789888,387934888", "R152x2,232238208,236335208", "R152x4,928340224,936533224"
    })
    void publishedNetworksHaveTheirPublishedSizes(String name, long withoutHead, long withHead) {
        Architecture architecture = Architecture.of(name);
        ParameterLayout layout = ParameterLayout.of(architecture, 1000);
        assertThat(layout.length()).isEqualTo(withHead);
        assertThat(layout.length() - 1000L * architecture.features() - 1000).isEqualTo(withoutHead);
        assertThat(architecture.name()).isEqualTo(name);
    }

    @Test
    void tensorsLieOneBehindTheOther() {
        long offset = 0;
        for (Tensor tensor : ParameterLayout.of(Architecture.of("R50x1"), 10).tensors()) {
            assertThat(tensor.offset()).isEqualTo(offset);
            offset += tensor.length();
        }
        assertThat(offset)
                .isEqualTo(ParameterLayout.of(Architecture.of("R50x1"), 10).length());
    }

    @Test
    void tensorsComeInTheOrderOfTheComputation() {
        String unit = "resnet/block1/unit01/";
        assertThat(ParameterLayout.of(Architecture.of("R[1]x2"), 3).tensors())
                .extracting(Tensor::name, Tensor::shape)
                .containsExactly(
                        tuple("resnet/root_block/standardized_conv2d/kernel", List.of(7L, 7L, 3L, 128L)),
                        tuple(unit + "a/group_norm/gamma", List.of(128L)),
                        tuple(unit + "a/group_norm/beta", List.of(128L)),
                        tuple(unit + "a/proj/standardized_conv2d/kernel", List.of(1L, 1L, 128L, 512L)),
                        tuple(unit + "a/standardized_conv2d/kernel", List.of(1L, 1L, 128L, 128L)),
                        tuple(unit + "b/group_norm/gamma", List.of(128L)),
                        tuple(unit + "b/group_norm/beta", List.of(128L)),
                        tuple(unit + "b/standardized_conv2d/kernel", List.of(3L, 3L, 128L, 128L)),
                        tuple(unit + "c/group_norm/gamma", List.of(128L)),
                        tuple(unit + "c/group_norm/beta", List.of(128L)),
                        tuple(unit + "c/standardized_conv2d/kernel", List.of(1L, 1L, 128L, 512L)),
                        tuple("resnet/group_norm/gamma", List.of(512L)),
                        tuple("resnet/group_norm/beta", List.of(512L)),
                        tuple("resnet/head/conv2d/kernel", List.of(1L, 1L, 512L, 3L)),
                        tuple("resnet/head/conv2d/bias", List.of(3L)));
    }

    @Test
    void blocksAfterTheFirstHalveTheImage() {
        Architecture r50 = Architecture.of("R50x1");
        assertThat(IntStream.range(0, 4).map(r50::stride)).containsExactly(1, 2, 2, 2);
    }

    @Test
    void namesAreThoseOfBigTransfer() {
        ParameterLayout layout = ParameterLayout.of(Architecture.of("R[2,1]x1"), 10);
        Set<String> names = layout.tensors().stream().map(Tensor::name).collect(Collectors.toSet());
        assertThat(names)
                .hasSize(layout.tensors().size())
                .contains(
                        "resnet/root_block/standardized_conv2d/kernel",
                        "resnet/block1/unit01/a/proj/standardized_conv2d/kernel",
                        "resnet/block1/unit02/c/group_norm/gamma",
                        "resnet/block2/unit01/b/standardized_conv2d/kernel",
                        "resnet/group_norm/beta",
                        "resnet/head/conv2d/kernel",
                        "resnet/head/conv2d/bias")
                .doesNotContain("resnet/block1/unit02/a/proj/standardized_conv2d/kernel");
        assertThat(Architecture.unitName(2, 22)).isEqualTo("resnet/block3/unit23");
        assertThat(layout.tensor("resnet/block2/unit01/b/standardized_conv2d/kernel")
                        .orElseThrow()
                        .shape())
                .containsExactly(3L, 3L, 128L, 128L);
        assertThat(layout.tensor("resnet/head/conv2d/kernel").orElseThrow().shape())
                .containsExactly(1L, 1L, 512L, 10L);
    }

    @Test
    void readsUnitsAndWidth() {
        Architecture small = Architecture.of("R[1, 2]x3");
        assertThat(small).isEqualTo(new Architecture("R[1,2]x3", List.of(1, 2), 3));
        assertThat(small.features()).isEqualTo(1536);
        assertThat(small.rootChannels()).isEqualTo(192);
    }

    @Test
    void refusesOtherNames() {
        for (String name : List.of("R50x2", "ResNet50", "R[]x1", "")) {
            assertThatThrownBy(() -> Architecture.of(name))
                    .hasMessageStartingWith("architecture must be one of [R50x1,");
        }
        assertThatThrownBy(() -> Architecture.of("R[1,0]x1"))
                .hasMessage("units must be 1 to 4 positive numbers: [1, 0]");
        assertThatThrownBy(() -> Architecture.of("R[1,1,1,1,1]x1")).isInstanceOf(IllegalArgumentException.class);
    }
}
