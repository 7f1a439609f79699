package org.bigtransfer.spark.input;

/** What a source of images can be. */
public enum InputFormat {
    /** A folder with a folder for each class. */
    FOLDER,
    /** A tar or tar.gz of one, or of a tar for each class. */
    TAR,
    /** A zip of one. */
    ZIP,
    /** The folder of a dataset that TFDS has prepared. */
    TFDS,
    /** CIFAR's tar.gz, of the binary or the Python version. */
    CIFAR,
    /** A Parquet file, or a folder of some: of images, or a list of them. */
    PARQUET,
    /** A list of images, with commas. */
    CSV,
    /** The same with tabs. */
    TSV
}
