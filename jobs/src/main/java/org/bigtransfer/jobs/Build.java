package org.bigtransfer.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What this jar was built from, as the build wrote it down. */
final class Build {
    private static final String UNKNOWN = "unknown";
    private static final Properties PROPERTIES = load();

    private Build() {}

    /** The project's version. */
    static String version() {
        return PROPERTIES.getProperty("version", UNKNOWN);
    }

    /** The git commit, with {@code -dirty} behind it if files differed from it; {@code unknown} outside of a clone. */
    static String commit() {
        return PROPERTIES.getProperty("commit", UNKNOWN);
    }

    /** The client of MLflow's servers that this was built with, as Maven names it. */
    static String mlflowClient() {
        return "org.mlflow:mlflow-client:" + PROPERTIES.getProperty("mlflow", UNKNOWN);
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("/bit-build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
