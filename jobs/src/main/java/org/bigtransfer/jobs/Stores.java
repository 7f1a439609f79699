package org.bigtransfer.jobs;

import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.jobs.settings.StoreSettings;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.shard.StoreRule;

/** What {@code shard.store} makes of images. */
final class Stores {
    /** Of profiles whose results can be stored, none has sizes that depend on it. */
    private static final Architecture ANY = Architecture.of("R50x1");

    private Stores() {}

    /** As settings say; resized as a run with the same settings will, where it is {@code precrop}. */
    static StoreRule of(JobRun run) {
        Settings settings = run.loaded().settings();
        StoreSettings store = settings.shard().store();
        return switch (store.kind()) {
            case ENCODED -> StoreRule.ENCODED;
            case PRECROP -> area -> Store.Precrop.of(run.loaded().preprocessing(area, ANY));
            case JPEG -> area -> new Store.Jpeg(store.jpegQuality(), store.jpegLongest());
        };
    }
}
