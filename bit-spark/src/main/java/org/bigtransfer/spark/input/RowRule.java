package org.bigtransfer.spark.input;

import java.io.Serializable;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;

/** How a row of Parquet holds an image and its class. */
sealed interface RowRule extends Serializable permits HuggingFaceRow, BinaryFileRow {
    /** Names in the order of labels; empty where rows name their classes. */
    List<String> classes();

    /** What of a file is read. @param schema the file's @throws IllegalArgumentException when it lacks a column */
    MessageType columns(MessageType schema);

    /** The image. @param within the file that the row is in @param number of the row in it */
    InputFile image(Group row, String source, String within, long number);

    /** The column of a schema. @throws IllegalArgumentException when there is none */
    static org.apache.parquet.schema.Type column(MessageType schema, String name) {
        if (!schema.containsField(name)) {
            throw new IllegalArgumentException("its columns must have %s: %s"
                    .formatted(
                            name,
                            schema.getFields().stream()
                                    .map(org.apache.parquet.schema.Type::getName)
                                    .toList()));
        }
        return schema.getType(name);
    }
}
