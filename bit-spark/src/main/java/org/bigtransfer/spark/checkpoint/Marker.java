package org.bigtransfer.spark.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What {@code COMMITTED} says: which files a checkpoint has, and what they hold. */
record Marker(Map<String, FileMark> files) {
    static final String NAME = "COMMITTED";

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT);

    Marker {
        files = new TreeMap<>(files);
    }

    /**
     * One file's content.
     *
     * @param bytes its length
     * @param crc32c of all of it, eight hex digits
     */
    record FileMark(long bytes, String crc32c) {}

    byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a marker is always JSON", e);
        }
    }

    static Marker parse(byte[] json) throws IOException {
        return JSON.readValue(json, Marker.class);
    }
}
