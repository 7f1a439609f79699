package org.bigtransfer.spark.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.storage.FileTail;
import org.bigtransfer.spark.storage.PublishedFile;

/** Reads and writes {@code dataset.json}, the marker that makes a folder a dataset. */
public final class DatasetFile {
    public static final String NAME = "dataset.json";
    private static final String CHECKSUM = "checksum";

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private DatasetFile() {}

    /** The dataset's description. @throws DatasetException when there is no dataset, or one that this code cannot read */
    public static DatasetDescription read(Configuration conf, String dataset) throws IOException {
        return find(conf, dataset).orElseThrow(() -> new DatasetException("no dataset at " + dataset));
    }

    /** As {@link #read}; empty when there is no dataset. */
    public static Optional<DatasetDescription> find(Configuration conf, String dataset) throws IOException {
        Path path = new Path(dataset, NAME);
        byte[] bytes;
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            bytes = in.readAllBytes();
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
        return Optional.of(parse(bytes, path));
    }

    private static DatasetDescription parse(byte[] bytes, Path path) throws DatasetException {
        try {
            JsonNode json = JSON.readTree(bytes);
            int version = json.path("schemaVersion").asInt(-1);
            if (version != DatasetDescription.SCHEMA_VERSION) {
                throw new DatasetException("schemaVersion of %s must be %d (shard the images again): %s"
                        .formatted(path, DatasetDescription.SCHEMA_VERSION, json.path("schemaVersion")));
            }
            requireChecksum(json, path);
            return JSON.treeToValue(json, DatasetDescription.class);
        } catch (DatasetException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw notADescription(path, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw notADescription(path, e.getMessage(), e);
        }
    }

    /** Takes the checksum out of the description that it is of. */
    private static void requireChecksum(JsonNode json, Path path) throws IOException {
        JsonNode stored = ((ObjectNode) json).remove(CHECKSUM);
        String checksum = checksum(json);
        if (stored == null || !stored.asText().equals(checksum)) {
            throw new DatasetException(
                    "%s must be as it was written: its checksum must be %s: %s".formatted(path, stored, checksum));
        }
    }

    /** Of a description without its checksum, however it is laid out in the file. */
    private static String checksum(JsonNode json) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(json);
        return FileTail.checksum(bytes, 0, bytes.length);
    }

    private static DatasetException notADescription(Path path, String reason, IOException cause) {
        return new DatasetException("%s must be a dataset's description: %s".formatted(path, reason), cause);
    }

    /** Publishes the description: from then on the folder is this dataset. */
    public static void write(Configuration conf, String dataset, DatasetDescription description) throws IOException {
        ObjectNode json = JSON.valueToTree(description);
        json.put(CHECKSUM, checksum(json));
        PublishedFile.write(conf, new Path(dataset, NAME), JSON.writeValueAsBytes(json));
    }
}
