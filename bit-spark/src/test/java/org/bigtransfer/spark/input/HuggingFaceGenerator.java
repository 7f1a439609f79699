package org.bigtransfer.spark.input;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/** Writes Parquet as Hugging Face's datasets do: an image struct, a label, and the label's names in the metadata. */
public final class HuggingFaceGenerator {
    private static final MessageType ROW = Types.buildMessage()
            .optionalGroup()
            .optional(BINARY)
            .named("bytes")
            .optional(BINARY)
            .as(stringType())
            .named("path")
            .named("image")
            .optional(INT64)
            .named("label")
            .named("schema");

    private HuggingFaceGenerator() {}

    /** A row. @param image null for none @param label null for none */
    public record Row(byte[] image, Long label) {}

    /** A file with row groups of about four rows. @param names of the labels; none for labels without names */
    public static Path write(Path file, List<String> names, List<Row> rows) throws IOException {
        String list = names.stream().map("\"%s\""::formatted).collect(Collectors.joining(", "));
        String features =
                "{\"info\": {\"features\": {\"image\": {\"_type\": \"Image\"}, \"label\": {%s\"_type\": \"%s\"}}}}"
                        .formatted(
                                names.isEmpty() ? "" : "\"names\": [%s], ".formatted(list),
                                names.isEmpty() ? "Value" : "ClassLabel");
        Configuration conf = new Configuration(false);
        conf.set("parquet.page.size.row.check.min", "1");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(
                        HadoopOutputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri()), conf))
                .withType(ROW)
                .withConf(conf)
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withDictionaryEncoding(false)
                .withRowGroupSize(1500)
                .withMinRowCountForPageSizeCheck(1)
                .withMaxRowCountForPageSizeCheck(4)
                .withExtraMetaData(Map.of("huggingface", features))
                .build()) {
            for (Row row : rows) {
                SimpleGroup group = new SimpleGroup(ROW);
                Group image = group.addGroup("image");
                if (row.image() != null) {
                    image.add("bytes", Binary.fromConstantByteArray(row.image()));
                }
                image.add("path", "some.png");
                if (row.label() != null) {
                    group.add("label", row.label());
                }
                writer.write(group);
            }
        }
        // Hadoop's own, which others do not write.
        Files.delete(file.resolveSibling("." + file.getFileName() + ".crc"));
        return file;
    }
}
