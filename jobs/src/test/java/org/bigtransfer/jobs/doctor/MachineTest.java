package org.bigtransfer.jobs.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.bigtransfer.jobs.doctor.Finding.State;
import org.bigtransfer.replica.AssignedGpu;
import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void refusesOtherJavas() {
        assertThat(Machine.java(17, "17.0.9").state()).isEqualTo(State.OK);
        assertThat(Machine.java(21, "21.0.1"))
                .hasToString("FAILED   java      Java must be 17, which Spark 3.5 and ND4J agree on: 21.0.1."
                        + " Set JAVA_HOME, and for executors spark.executorEnv.JAVA_HOME, to a JDK 17");
    }

    @Test
    void refusesCpusWithoutTheNativesInstructions() {
        assertThat(Machine.cpu("Linux amd64", Set.of("avx2", "avx512f")).text()).startsWith("avx512, ");
        assertThat(Machine.cpu("Linux amd64", Set.of("avx2")).text()).startsWith("avx2, ");
        assertThat(Machine.cpu("Linux amd64", Set.of()).text()).startsWith("features not known, ");
        assertThat(Machine.cpu("Linux amd64", Set.of("sse4_2", "avx")))
                .matches(finding -> finding.state() == State.FAILED)
                .matches(finding -> finding.text().contains("must have avx2"));
        assertThat(Machine.cpu("Linux aarch64", Set.of("avx2")).text())
                .contains("the platform must be Linux amd64", "Linux aarch64");
    }

    @Test
    void saysWhyAnEngineDoesNotCompute() {
        assertThat(Machine.engine("abacus", AssignedGpu.NONE))
                .matches(finding -> finding.state() == State.FAILED)
                .matches(finding -> finding.text().contains("engine must be one of"))
                .matches(finding -> finding.text().contains("LD_LIBRARY_PATH"));
    }

    @Test
    void warnsOfAGpuThatIsGivenToACpu() {
        assertThat(Machine.engine("dl4j", new AssignedGpu("GPU-1")))
                .matches(finding -> finding.state() == State.WARNING)
                .matches(finding -> finding.text().contains("given GPU GPU-1, which is idle"));
        assertThat(Machine.engine("dl4j", AssignedGpu.NONE))
                .isEqualTo(Finding.ok("natives", "engine dl4j computes on cpu"));
    }
}
