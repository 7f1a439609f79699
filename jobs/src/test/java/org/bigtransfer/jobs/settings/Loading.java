package org.bigtransfer.jobs.settings;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Settings of files and of assignments. */
abstract class Loading {
    @TempDir
    Path folder;

    Path file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    static LoadedSettings load(Job job, List<Path> files, String... assignments) {
        return LoadedSettings.read(
                job, new SettingsSources("", files.stream().map(Path::toString).toList(), List.of(assignments)));
    }

    static List<String> problems(Job job, List<Path> files, String... assignments) {
        return catchThrowableOfType(InvalidSettingsException.class, () -> load(job, files, assignments)
                        .settings())
                .problems()
                .stream()
                .map(Problem::toString)
                .toList();
    }
}
