package org.bigtransfer.spark.tables;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.NoSuchElementException;

/**
 * {@code deploy/sql/bit.sql}, which the build puts beside this class: the views that people query, as a metastore has them.
 * Its views {@code all_<table>} of every attempt's rows are for metastores alone.
 */
final class ViewFile {
    private static final String NAME = "bit.sql";

    private ViewFile() {}

    /** Creates the view of that name for one session. */
    static String definition(String view) throws IOException {
        String creation = "CREATE OR REPLACE VIEW %s AS\n".formatted(view);
        return Arrays.stream(text().split(";\n"))
                .filter(statement -> statement.contains(creation))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("%s must create view %s".formatted(NAME, view)))
                .replace("CREATE OR REPLACE VIEW", "CREATE OR REPLACE TEMPORARY VIEW");
    }

    private static String text() throws IOException {
        try (InputStream in = ViewFile.class.getResourceAsStream(NAME)) {
            if (in == null) {
                throw new FileNotFoundException(NAME);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
