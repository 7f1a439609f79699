package org.bigtransfer.spark.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/** What {@code COMMITTED} says: which files a checkpoint has, and what they hold. */
record Marker(Map<String, FileMark> files) {
    static final String NAME = "COMMITTED";

    private static final Pattern STATE = Pattern.compile("state-[0-9a-f-]{36}\\.json");

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

    /** A name for a state that no other has: it knows times, so no two writers' are the same. */
    static String stateName() {
        return "state-" + UUID.randomUUID() + ".json";
    }

    /** Whether a file's name is that of a state. */
    static boolean isState(String name) {
        return STATE.matcher(name).matches();
    }

    /** The file that holds the state, if one does. */
    Optional<String> state() {
        return files.keySet().stream().filter(Marker::isState).findFirst();
    }

    byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a marker is always JSON", e);
        }
    }

    /** @throws CheckpointException when the bytes are no marker's @param name of the marker, for messages */
    static Marker parse(byte[] json, String name) throws CheckpointException {
        try {
            return JSON.readValue(json, Marker.class);
        } catch (IOException e) {
            throw new CheckpointException("%s must be a checkpoint's marker: %s".formatted(name, e.getMessage()), e);
        }
    }
}
