package org.bigtransfer.spark.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.function.DoubleSupplier;
import org.apache.spark.SparkContext;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;
import scala.collection.JavaConverters;

/**
 * Numbers of one kind of job. They stay as they were last until the application ends or another job of that kind begins, so
 * that whoever scrapes them now and then gets the last step too.
 */
final class JobSource implements Source {
    private final String name;
    private final MetricRegistry registry = new MetricRegistry();

    /** @param name of the kind of job */
    JobSource(String name) {
        this.name = name;
    }

    /** Adds a number, which any thread may ask for; NaN where it is not known. */
    JobSource number(String number, DoubleSupplier value) {
        registry.register(number, (Gauge<Double>) value::getAsDouble);
        return this;
    }

    /** Shows the numbers, in place of those of an earlier job. */
    void register(SparkContext spark) {
        MetricsSystem system = spark.env().metricsSystem();
        JavaConverters.seqAsJavaList(system.getSourcesByName(name)).forEach(system::removeSource);
        system.registerSource(this);
    }

    @Override
    public String sourceName() {
        return name;
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }
}
