package org.bigtransfer.spark.dataset;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;

import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/** The Parquet columns of a dataset's files. */
public final class ImageSchema {
    public static final String IMAGE_ID = "image_id";
    public static final String LABEL = "label";
    public static final String CLASS_NAME = "class_name";
    public static final String WIDTH = "width";
    public static final String HEIGHT = "height";
    public static final String SHA256 = "sha256";
    public static final String IMAGE = "image";

    /** All columns; sha256 is hex of the image file's bytes as they came, image is as the dataset's {@link Store} has it. */
    public static final MessageType ROWS = Types.buildMessage()
            .required(BINARY)
            .as(stringType())
            .named(IMAGE_ID)
            .required(INT32)
            .named(LABEL)
            .required(BINARY)
            .as(stringType())
            .named(CLASS_NAME)
            .required(INT32)
            .named(WIDTH)
            .required(INT32)
            .named(HEIGHT)
            .required(BINARY)
            .as(stringType())
            .named(SHA256)
            .required(BINARY)
            .named(IMAGE)
            .named("images");

    static final MessageType READ = columns(IMAGE_ID, LABEL, WIDTH, HEIGHT, IMAGE);
    static final MessageType WITHOUT_IMAGES = columns(IMAGE_ID, LABEL, WIDTH, HEIGHT);
    static final MessageType LABELS = columns(LABEL);

    private ImageSchema() {}

    private static MessageType columns(String... names) {
        Types.MessageTypeBuilder builder = Types.buildMessage();
        for (String name : names) {
            builder.addField(ROWS.getType(name));
        }
        return builder.named("images");
    }
}
