package org.bigtransfer.spark.input;

import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/** A file as Spark's source {@code binaryFile} reads it; its class is the folder that it was in. */
record BinaryFileRow() implements RowRule {
    private static final String PATH = "path";
    private static final String LENGTH = "length";
    private static final String CONTENT = "content";

    static boolean fits(MessageType schema) {
        return schema.containsField(PATH)
                && schema.containsField(LENGTH)
                && schema.containsField(CONTENT)
                && isBinary(schema.getType(CONTENT));
    }

    private static boolean isBinary(Type type) {
        return type.isPrimitive() && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    }

    @Override
    public List<String> classes() {
        return List.of();
    }

    @Override
    public MessageType columns(MessageType schema) {
        return new MessageType(
                schema.getName(),
                RowRule.column(schema, PATH),
                RowRule.column(schema, LENGTH),
                RowRule.column(schema, CONTENT));
    }

    @Override
    public InputFile image(Group row, String source, String within, long number) {
        if (row.getFieldRepetitionCount(PATH) == 0) {
            return InputFile.numberedReject(source, within, number, "its row must have a path");
        }
        // Absolute, with or without a file system's name.
        Path path = new Path("/" + row.getString(PATH, 0).replaceFirst("^[A-Za-z0-9+.-]+:/+([^/]*@)?", ""));
        String folder = path.isRoot() ? "" : path.getParent().toString().substring(1);
        InputFile file = InputFile.unread(source, folder, path.getName());
        if (row.getFieldRepetitionCount(CONTENT) == 0) {
            return file.rejected("its row must have its content");
        }
        byte[] content = row.getBinary(CONTENT, 0).getBytes();
        if (row.getFieldRepetitionCount(LENGTH) == 1 && row.getLong(LENGTH, 0) != content.length) {
            return file.rejected("it must have the %d bytes that its row says: %d"
                    .formatted(row.getLong(LENGTH, 0), content.length));
        }
        return content.length > Input.MOST_BYTES
                ? file.rejected("it must have at most " + Input.MOST_BYTES + " bytes")
                : file.with(content);
    }
}
