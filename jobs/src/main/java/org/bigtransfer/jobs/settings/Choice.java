package org.bigtransfer.jobs.settings;

import java.util.Optional;
import java.util.function.Supplier;

/** A value that settings give, or leave to the HyperRule or the machine ({@code auto}, {@code hyperrule}). */
public sealed interface Choice<T> {
    /** A value that was given. */
    record Given<T>(T value) implements Choice<T> {}

    /** No value: what else is known decides. */
    record Auto<T>() implements Choice<T> {}

    /** The value if one was given. */
    default Optional<T> given() {
        return this instanceof Given<T> given ? Optional.of(given.value) : Optional.empty();
    }

    /** The value that was given, or else the one that follows from what is known now. */
    default T or(Supplier<? extends T> otherwise) {
        return this instanceof Given<T> given ? given.value : otherwise.get();
    }
}
