package org.bigtransfer.spark.shard;

import java.util.HashMap;
import java.util.Map;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.preprocess.JpegEncoder;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.preprocess.SquareResizer;
import org.bigtransfer.spark.dataset.Store;

/** Makes of image files what a dataset holds of them. Used by one thread. */
final class Conversion implements AutoCloseable {
    private final Store store;

    /** By their sides. */
    private final Map<Integer, SquareResizer> resizers = new HashMap<>();

    Conversion(Store store) {
        this.store = store;
    }

    /** @throws RejectedImageException when the file cannot be decoded */
    byte[] of(String split, byte[] file) throws RejectedImageException {
        if (store instanceof Store.Precrop precrop) {
            Profile profile = Profile.of(precrop.profile());
            return resizers.computeIfAbsent(store.side(split), side -> new SquareResizer(profile, side))
                    .resize(file);
        }
        if (store instanceof Store.Jpeg jpeg) {
            return new JpegEncoder(jpeg.quality(), jpeg.longest()).encode(file);
        }
        return file;
    }

    @Override
    public void close() {
        resizers.values().forEach(SquareResizer::close);
    }
}
