package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.s3a.commit.files.SuccessData;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Spark itself writes to S3 with {@code deploy/s3a.conf}. */
@Timeout(300)
class MagicCommitterIT {
    @TempDir
    static Path folder;

    @Test
    void aDataFrameIsCommittedByUploadsThatEnd() throws Exception {
        try (S3Server server = S3Server.start(folder.resolve("s3"));
                SparkSession spark = session(server)) {
            String output = S3Server.ROOT + "/numbers";
            spark.range(100).repartition(3).write().parquet(output);

            assertThat(spark.read().parquet(output).count()).isEqualTo(100);
            Configuration conf = spark.sessionState().newHadoopConf();
            org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(output);
            FileSystem files = path.getFileSystem(conf);
            SuccessData success = SuccessData.load(files, new org.apache.hadoop.fs.Path(path, "_SUCCESS"));
            assertThat(success.getCommitter()).isEqualTo("magic");
            assertThat(success.getFilenames()).hasSize(3);
            assertThat(Arrays.stream(files.listStatus(path)).map(FileStatus::getPath))
                    .hasSize(4)
                    .allMatch(file -> file.getName().matches("_SUCCESS|part-0000[0-2]-.*\\.parquet"));
        }
    }

    /** As spark-submit with {@code --properties-file}. */
    private static SparkSession session(S3Server server) throws Exception {
        SparkSession.Builder builder = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1");
        Properties profile = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of("../s3a.conf"), StandardCharsets.UTF_8)) {
            profile.load(reader);
        }
        profile.forEach((key, value) -> builder.config(key.toString(), value.toString()));
        Map.of(
                        "endpoint", server.address().toString(),
                        "path.style.access", "true",
                        "aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
                        "access.key", "test",
                        "secret.key", "test")
                .forEach((key, value) -> builder.config("spark.hadoop.fs.s3a." + key, value));
        return builder.getOrCreate();
    }
}
