package org.bigtransfer.spark.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.spark.dataset.DatasetException;

/**
 * An image as Hugging Face's datasets keep it: a struct of {@code bytes} and {@code path}, and a label whose names are in
 * the file's metadata. Source: datasets' own documentation of its features Image and ClassLabel.
 *
 * @param image the struct's name
 * @param label the label's name
 */
record HuggingFaceRow(String image, String label, RowLabels labels) implements RowRule {
    private static final String BYTES = "bytes";
    private static final String METADATA = "huggingface";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The column that holds images; empty if none does. @throws DatasetException when several do */
    static Optional<String> imageColumn(MessageType schema, String location) throws DatasetException {
        List<String> found = schema.getFields().stream()
                .filter(HuggingFaceRow::isImage)
                .map(Type::getName)
                .toList();
        if (found.size() > 1) {
            throw new DatasetException("%s must have one column of images: %s".formatted(location, found));
        }
        return found.stream().findFirst();
    }

    private static boolean isImage(Type column) {
        return !column.isPrimitive()
                && column.asGroupType().containsField(BYTES)
                && column.asGroupType().getType(BYTES).isPrimitive()
                && column.asGroupType().getType(BYTES).asPrimitiveType().getPrimitiveTypeName()
                        == PrimitiveTypeName.BINARY;
    }

    /** Names of the label's classes; none where the metadata has none. @throws DatasetException when it is no JSON */
    static List<String> names(Map<String, String> metadata, String label, String location) throws DatasetException {
        try {
            JsonNode features = JSON.readTree(metadata.getOrDefault(METADATA, "{}"))
                    .path("info")
                    .path("features");
            List<String> names = new ArrayList<>();
            features.path(label).path("names").forEach(name -> names.add(name.asText()));
            return names;
        } catch (JsonProcessingException e) {
            throw new DatasetException(
                    "%s in the metadata of %s must be JSON: %s".formatted(METADATA, location, e.getOriginalMessage()),
                    e);
        }
    }

    @Override
    public List<String> classes() {
        return labels.classes();
    }

    @Override
    public MessageType columns(MessageType schema) {
        Type struct = RowRule.column(schema, image);
        if (!isImage(struct)) {
            throw new IllegalArgumentException("its column %s must have %s: %s".formatted(image, BYTES, struct));
        }
        GroupType bytes = new GroupType(
                struct.getRepetition(), image, struct.asGroupType().getType(BYTES));
        return new MessageType(schema.getName(), bytes, RowRule.column(schema, label));
    }

    @Override
    public InputFile image(Group row, String source, String within, long number) {
        try {
            String className = labels.className(text(row));
            if (row.getFieldRepetitionCount(image) == 0
                    || row.getGroup(image, 0).getFieldRepetitionCount(BYTES) == 0) {
                throw new RejectedImageException("its row must have the image's bytes");
            }
            byte[] bytes = row.getGroup(image, 0).getBinary(BYTES, 0).getBytes();
            if (bytes.length > Input.MOST_BYTES) {
                throw new RejectedImageException("it must have at most " + Input.MOST_BYTES + " bytes");
            }
            return InputFile.numbered(source, className, within, number, bytes);
        } catch (RejectedImageException e) {
            return InputFile.numberedReject(source, within, number, e.getMessage());
        }
    }

    private String text(Group row) {
        return row.getFieldRepetitionCount(label) == 0
                ? ""
                : row.getValueToString(row.getType().getFieldIndex(label), 0);
    }
}
