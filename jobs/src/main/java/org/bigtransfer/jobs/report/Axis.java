package org.bigtransfer.jobs.report;

import java.util.stream.DoubleStream;

/**
 * An axis from zero with round ticks.
 *
 * @param end where it ends, at least as much as the largest value
 * @param step between two ticks
 */
record Axis(double end, double step) {
    /** The axis for values from 0 to {@code max} with about that many ticks. */
    static Axis upTo(double max, int ticks) {
        if (!(max > 0)) {
            return new Axis(1, 0.5);
        }
        double rough = max / ticks;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = DoubleStream.of(1, 2, 2.5, 5, 10)
                .map(factor -> factor * power)
                .filter(candidate -> candidate >= rough * (1 - 1e-9))
                .findFirst()
                .orElse(10 * power);
        return new Axis(Math.ceil(max / step - 1e-9) * step, step);
    }

    double[] ticks() {
        int count = (int) Math.round(end / step);
        return DoubleStream.iterate(0, i -> i + 1)
                .limit(count + 1L)
                .map(i -> i * step)
                .toArray();
    }
}
