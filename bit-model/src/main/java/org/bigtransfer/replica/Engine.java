package org.bigtransfer.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.bigtransfer.architecture.Architecture;

/** Something that computes networks; found through {@link ServiceLoader} by its name. */
public interface Engine {
    /** What the setting {@code engine} calls it. */
    String name();

    /**
     * Opens a network whose parameters are all zero until they are written.
     *
     * @param classes the head's outputs
     * @param threads compute threads, at least 1; on a GPU they matter to the host's part only
     */
    Replica open(Architecture architecture, int classes, int threads);

    /**
     * The engine of that name.
     *
     * @throws IllegalArgumentException when there is none, listing those there are
     */
    static Engine named(String name) {
        List<String> known = new ArrayList<>();
        for (Engine engine : ServiceLoader.load(Engine.class, Engine.class.getClassLoader())) {
            if (engine.name().equals(name)) {
                return engine;
            }
            known.add(engine.name());
        }
        throw new IllegalArgumentException("engine must be one of " + known + ": " + name);
    }
}
