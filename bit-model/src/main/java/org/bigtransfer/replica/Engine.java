package org.bigtransfer.replica;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.Set;

/** Something that computes networks; found through {@link ServiceLoader} by its name. */
public interface Engine {
    /** What the setting {@code engine} calls it. */
    String name();

    /**
     * Asks whether what the engine computes with is part of this build; looks no further than the class path.
     *
     * @throws IllegalArgumentException when it is not, saying how to build it in
     */
    default void requirePresent() {}

    /** What it can compute in. */
    default Set<Precision> precisions() {
        return EnumSet.of(Precision.FLOAT32);
    }

    /** @throws IllegalArgumentException when it cannot compute in that, listing what it can */
    default void require(Precision precision) {
        if (!precisions().contains(precision)) {
            throw new IllegalArgumentException("precision must be one of %s for engine %s: %s"
                    .formatted(
                            precisions().toString().toLowerCase(Locale.ROOT),
                            name(),
                            precision.toString().toLowerCase(Locale.ROOT)));
        }
    }

    /**
     * Opens a network whose parameters are all zero until they are written.
     *
     * @throws IllegalArgumentException when the engine cannot compute what is specified
     */
    Replica open(ReplicaSpec spec);

    /** The same on that GPU; on the engine's usual device where none is given, or the engine is built for CPUs. */
    default Replica open(ReplicaSpec spec, AssignedGpu gpu) {
        return open(spec);
    }

    /**
     * The engine of that name.
     *
     * @throws IllegalArgumentException when there is none, listing those there are, or when this build lacks what it needs
     */
    static Engine named(String name) {
        List<String> known = new ArrayList<>();
        for (Engine engine : ServiceLoader.load(Engine.class, Engine.class.getClassLoader())) {
            if (engine.name().equals(name)) {
                engine.requirePresent();
                return engine;
            }
            known.add(engine.name());
        }
        throw new IllegalArgumentException("engine must be one of " + known + ": " + name);
    }
}
