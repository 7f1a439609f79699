package org.bigtransfer.spark.input;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/** Files of another input, in other classes. @param changes the identity of what decides on the classes */
record ChangedInput(Input input, List<String> classes, String changes, Function<InputFile, InputFile> change)
        implements Input {
    @Override
    public String identity() {
        return input.identity().isEmpty() ? "" : input.identity() + " " + changes;
    }

    @Override
    public long bytes() {
        return input.bytes();
    }

    @Override
    public JavaRDD<InputFile> files(
            JavaSparkContext spark, SerializableConfiguration conf, String source, InputBounds most) {
        return input.files(spark, conf, source, most).map(change);
    }
}
