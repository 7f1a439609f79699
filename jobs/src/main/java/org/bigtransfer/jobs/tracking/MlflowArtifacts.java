package org.bigtransfer.jobs.tracking;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.mlflow.tracking.creds.MlflowHostCreds;

/**
 * Uploads files through a tracking server that serves artifacts (its REST API's {@code mlflow-artifacts}), streamed from any
 * Hadoop file system. MLflow's Java client would start Python's for that, with files of this machine.
 */
final class MlflowArtifacts {
    private static final String PROXIED = "mlflow-artifacts";

    private final MlflowHostCreds server;
    private final Duration patience;
    private final Configuration conf;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    MlflowArtifacts(MlflowHostCreds server, int patienceSeconds, Configuration conf) {
        this.server = server;
        this.patience = Duration.ofSeconds(patienceSeconds);
        this.conf = conf;
    }

    /** @param root the run's, as the server has it @throws IOException also where the server does not serve artifacts */
    void keep(String root, String name, Path file) throws IOException, InterruptedException {
        URI uri = URI.create(root);
        if (!PROXIED.equals(uri.getScheme()) || uri.getAuthority() != null) {
            throw new IOException(
                    "the run's artifacts must be at %s:/…, as with mlflow server --serve-artifacts, for %s to be uploaded: %s"
                            .formatted(PROXIED, name, root));
        }
        FileSystem files = file.getFileSystem(conf);
        HttpRequest.Builder request = HttpRequest.newBuilder(address(uri.getPath() + "/" + name))
                .timeout(patience)
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.fromPublisher(
                        BodyPublishers.ofInputStream(() -> open(files, file)),
                        files.getFileStatus(file).getLen()));
        authorize(request);
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(
                    "%s was not taken: status %d, %s".formatted(name, answer.statusCode(), answer.body()));
        }
    }

    private URI address(String path) throws IOException {
        try {
            String encoded = new URI(null, null, path, null).getRawPath();
            return URI.create(server.getHost() + "/api/2.0/mlflow-artifacts/artifacts" + encoded);
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static InputStream open(FileSystem files, Path file) {
        try {
            return files.open(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As MLflow's client does. */
    private void authorize(HttpRequest.Builder request) {
        if (server.getUsername() != null && server.getPassword() != null) {
            byte[] both = (server.getUsername() + ":" + server.getPassword()).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(both));
        } else if (server.getToken() != null) {
            request.header("Authorization", "Bearer " + server.getToken());
        }
    }
}
