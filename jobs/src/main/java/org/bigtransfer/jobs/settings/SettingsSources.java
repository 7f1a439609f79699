package org.bigtransfer.jobs.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where settings come from, weakest first; {@code reference.conf} is below them all.
 *
 * @param resource a file of this jar with a job's own values; empty for none
 * @param files as {@code -c} names them
 * @param assignments {@code key=value}, as {@code -D} gives them
 */
public record SettingsSources(String resource, List<String> files, List<String> assignments) {
    private static final String ROOT = "bit";

    public SettingsSources {
        files = List.copyOf(files);
        assignments = List.copyOf(assignments);
    }

    /** The same, and more assignments, which win. */
    SettingsSources with(List<String> more) {
        return new SettingsSources(
                resource,
                files,
                Stream.concat(assignments.stream(), more.stream()).toList());
    }

    /** Every setting there is, in alphabetic order. */
    public static List<String> keys() {
        return reference().getConfig(ROOT).entrySet().stream()
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    static Config reference() {
        return resource("reference.conf");
    }

    private static Config resource(String name) {
        return ConfigFactory.parseResources(
                SettingsSources.class.getClassLoader(),
                name,
                ConfigParseOptions.defaults().setAllowMissing(false));
    }

    /** Merges all sources under {@code bit} and substitutes; what cannot be read becomes a problem. */
    Config merge(List<Problem> problems) {
        Config merged = reference();
        if (!resource.isEmpty()) {
            merged = resource(resource).withFallback(merged);
        }
        for (String file : files) {
            merged = file(file, problems).withFallback(merged);
        }
        for (String assignment : assignments) {
            merged = assigned(assignment, problems).withFallback(merged);
        }
        try {
            return merged.resolve();
        } catch (ConfigException e) {
            problems.add(new Problem("", String.valueOf(e.getMessage())));
            return reference();
        }
    }

    private static Config file(String name, List<Problem> problems) {
        File file = new File(name);
        if (!file.isFile()) {
            problems.add(new Problem("", "a settings file must exist: " + name, "-c"));
            return ConfigFactory.empty();
        }
        try {
            Config parsed = ConfigFactory.parseFile(file);
            Config outside = parsed.withoutPath(ROOT);
            Config inside = parsed.withOnlyPath(ROOT);
            return outside.isEmpty() ? inside : inside.withFallback(outside.atPath(ROOT));
        } catch (ConfigException e) {
            problems.add(new Problem("", String.valueOf(e.getMessage())));
            return ConfigFactory.empty();
        }
    }

    private static Config assigned(String assignment, List<Problem> problems) {
        String source = "-D " + assignment;
        int equals = assignment.indexOf('=');
        String key = equals < 0 ? "" : assignment.substring(0, equals).trim();
        if (!key.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*")) {
            problems.add(new Problem("", "an assignment must be key=value: " + assignment, "-D"));
            return ConfigFactory.empty();
        }
        String value = assignment.substring(equals + 1);
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return ConfigValueFactory.fromAnyRef(quoted ? value.substring(1, value.length() - 1) : value)
                .withOrigin(ConfigOriginFactory.newSimple(source))
                .atPath(key.startsWith(ROOT + ".") ? key : ROOT + "." + key);
    }
}
