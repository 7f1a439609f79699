package org.bigtransfer.jobs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Adobe's S3Mock in a JVM of its own, on a free port of the loopback interface. */
final class S3Server implements AutoCloseable {
    private static final Pattern STARTED = Pattern.compile("Tomcat started on ports .*?(\\d+) \\(http\\)");

    /** A folder in its bucket, as the jobs name it. */
    static final String ROOT = "s3a://lake/bit";

    private static final String BUCKET = "lake";

    private final Process process;
    private final Thread reader;
    private final URI address;

    /** Starts one with an empty bucket. @param folder where it keeps objects; is made */
    static S3Server start(Path folder) throws IOException, InterruptedException {
        S3Server server = new S3Server(Files.createDirectories(folder));
        try {
            server.createBucket();
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    private S3Server(Path folder) throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Dserver.address=127.0.0.1",
                        "-Djava.io.tmpdir=" + folder,
                        "-Dcom.adobe.testing.s3mock.store.root=" + folder.resolve("objects"),
                        "-jar",
                        "target/s3mock.jar",
                        "--server.port=0",
                        "--http.port=0"))
                .redirectErrorStream(true)
                .start();
        BufferedReader log = process.inputReader();
        address = URI.create("http://127.0.0.1:" + port(log));
        reader = new Thread(() -> skip(log), "s3-log");
        reader.setDaemon(true);
        reader.start();
    }

    private int port(BufferedReader log) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            said.append(line).append('\n');
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                return Integer.parseInt(started.group(1));
            }
        }
        process.destroyForcibly();
        throw new IOException("the S3 server must start: " + said);
    }

    private static void skip(BufferedReader log) {
        try {
            log.transferTo(Writer.nullWriter());
        } catch (IOException e) {
            // The server has ended, and its stream with it.
        }
    }

    URI address() {
        return address;
    }

    private void createBucket() throws IOException, InterruptedException {
        HttpRequest put = HttpRequest.newBuilder(address.resolve("/" + BUCKET))
                .PUT(BodyPublishers.noBody())
                .build();
        int status =
                HttpClient.newHttpClient().send(put, BodyHandlers.discarding()).statusCode();
        if (status != 200) {
            throw new IOException("bucket %s must be created: HTTP %d".formatted(BUCKET, status));
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
        reader.join();
    }
}
