package org.bigtransfer.spark.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.storage.PublishedFile;

/**
 * All that is found in the inputs before a row is written. It is kept beside the dataset, hidden from readers: a job whose
 * origin is the same need not look again, and writes the parts that a killed one did not.
 *
 * @param origin hex of a hash of the inputs' names, lengths and times, of the plan and of the program; empty if unknown
 * @param contentHash as in the dataset's description
 * @param classes in the order of labels
 * @param examples of each split, by label
 * @param medianWidth as in the dataset's description
 * @param medianHeight likewise
 * @param rejected by split
 * @param division which images go to which split
 * @param parts all that have rows
 * @param warnings what the user should know
 * @param store how the dataset is to hold images
 */
record Findings(
        String origin,
        String contentHash,
        List<String> classes,
        Map<String, List<Long>> examples,
        int medianWidth,
        int medianHeight,
        Map<String, Long> rejected,
        Division division,
        List<Part> parts,
        List<String> warnings,
        Store store) {
    static final String NAME = "_shard.json";

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    Findings {
        classes = List.copyOf(classes);
        examples = new TreeMap<>(examples);
        rejected = new TreeMap<>(rejected);
        parts = List.copyOf(parts);
        warnings = List.copyOf(warnings);
    }

    /** What was found of that origin; empty if it is unknown, or nothing, another origin's or another store's is kept. */
    static Optional<Findings> find(Configuration conf, String dataset, String origin, StoreRule store)
            throws IOException {
        Path path = new Path(dataset, NAME);
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            return Optional.of(JSON.readValue(in.readAllBytes(), Findings.class))
                    .filter(found -> !origin.isEmpty() && found.origin().equals(origin))
                    .filter(found -> found.store().equals(store.of((long) found.medianWidth() * found.medianHeight())));
        } catch (FileNotFoundException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Keeps it. */
    void write(Configuration conf, String dataset) throws IOException {
        PublishedFile.write(conf, new Path(dataset, NAME), JSON.writeValueAsBytes(this));
    }
}
