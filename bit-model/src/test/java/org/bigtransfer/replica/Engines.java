package org.bigtransfer.replica;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The engines that tests of replicas run: those of the build, by the property {@code bit.engines}. */
public final class Engines {
    private Engines() {}

    /** Their names. */
    public static Stream<String> all() {
        return Stream.of(System.getProperty("bit.engines", "dl4j").split(","));
    }

    /** Each with each golden case that is there. */
    static Stream<Arguments> withCases() throws IOException {
        Stream.Builder<Arguments> pairs = Stream.builder();
        for (String engine : all().toList()) {
            pairs.add(Arguments.of(engine, GoldenCase.ours()));
            if (GoldenCase.officialExists()) {
                pairs.add(Arguments.of(engine, GoldenCase.official()));
            }
        }
        return pairs.build();
    }
}
