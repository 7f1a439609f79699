package org.bigtransfer.jobs.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * The merged values by key, read by type. What is unknown or of the wrong type becomes a problem; reading then goes on
 * with the default, so that everything else is checked too.
 */
final class Values {
    private static final String PASSWORD =
            "%s must hold no password, for it gets into logs and tables; Hadoop takes it from"
                    + " its own settings or the environment: %s";

    private final Map<String, ConfigValue> defaults = new LinkedHashMap<>();
    private final Map<String, ConfigValue> given = new LinkedHashMap<>();
    private final Set<String> bad = new TreeSet<>();
    private final List<Problem> problems;

    /**
     * @param reference every key under {@code bit}
     * @param merged what was given, over the reference
     */
    Values(Config reference, Config merged, List<Problem> problems) {
        this.problems = problems;
        collect("", reference.getObject("bit"), defaults);
        Map<String, ConfigValue> found = new LinkedHashMap<>();
        if (merged.root().get("bit") instanceof ConfigObject bit) {
            collect("", bit, found);
        } else {
            problems.add(new Problem(
                    "bit", "bit must be a section: " + render(merged.root().get("bit"))));
        }
        found.forEach((key, value) -> {
            if (defaults.containsKey(key) && UriPassword.isIn(render(value))) {
                bad.add(key);
                problems.add(new Problem(key, PASSWORD.formatted(key, render(value)), where(value)));
            } else if (defaults.containsKey(key)) {
                given.put(key, value);
            } else {
                problems.add(new Problem(key, unknown(key), where(value)));
            }
        });
    }

    private static void collect(String prefix, ConfigObject object, Map<String, ConfigValue> into) {
        object.entrySet().stream()
                .sorted(Comparator.comparingInt(
                        entry -> entry.getValue().origin().lineNumber()))
                .forEach(entry -> {
                    String key = prefix + entry.getKey();
                    if (entry.getValue() instanceof ConfigObject section && !section.isEmpty()) {
                        collect(key + ".", section, into);
                    } else {
                        into.put(key, entry.getValue());
                    }
                });
    }

    private String unknown(String key) {
        if (defaults.keySet().stream().anyMatch(known -> known.startsWith(key + "."))) {
            return "%s must be a section, not a value".formatted(key);
        }
        String last = key.substring(key.lastIndexOf('.') + 1);
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        String nearest = defaults.keySet().stream()
                .min(Comparator.comparingInt((String known) -> Math.min(
                                distance.apply(key, known),
                                1 + distance.apply(last, known.substring(known.lastIndexOf('.') + 1))))
                        .thenComparingInt(known -> distance.apply(key, known)))
                .orElseThrow();
        return "%s is not a setting. Did you mean %s?".formatted(key, nearest);
    }

    /** Builds a record; what its constructor refuses is kept, with the places that the values came from. */
    <T> T section(java.util.function.Supplier<T> constructor) {
        try {
            return constructor.get();
        } catch (InvalidSettingsException e) {
            add(e.problems());
            return null;
        }
    }

    /** Adds what a check found, with origins; not what follows from a value that was already reported. */
    void add(List<Problem> found) {
        found.stream()
                .filter(problem -> !bad.contains(problem.key()))
                .map(problem -> problem.at(where(problem.key())))
                .forEach(problems::add);
    }

    /** Where the value of a key was given; empty when it is the default. */
    String where(String key) {
        return given.containsKey(key) && !given.get(key).equals(defaults.get(key)) ? where(given.get(key)) : "";
    }

    private static String where(ConfigValue value) {
        ConfigOrigin origin = value.origin();
        String source = origin.filename() == null ? origin.description() : origin.filename();
        return origin.lineNumber() > 0 && origin.filename() != null ? source + ":" + origin.lineNumber() : source;
    }

    /** All values by key, as text. */
    Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        defaults.forEach(
                (key, value) -> all.put(key, given.getOrDefault(key, value).unwrapped()));
        return all;
    }

    String text(String key) {
        return read(key, "a text", Values::asText);
    }

    boolean flag(String key) {
        return read(key, "true or false", value -> switch (asText(value)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    int integer(String key) {
        return read(key, "an integer", value -> Integer.valueOf(asText(value)));
    }

    long bigInteger(String key) {
        return read(key, "an integer", value -> Long.valueOf(asText(value)));
    }

    double number(String key) {
        return read(key, "a number", value -> Double.valueOf(asText(value)));
    }

    /** One of the names, in lower case and with hyphens, of an enum's constants. */
    <E extends Enum<E>> E oneOf(String key, Class<E> type) {
        return read(key, "one of " + names(type), value -> constant(type, value));
    }

    /** One of the names, in lower case and with hyphens, of an enum's constants, or {@code auto}. */
    <E extends Enum<E>> Choice<E> oneOfOr(String auto, String key, Class<E> type) {
        return choice(auto, key, "one of " + names(type), value -> constant(type, value));
    }

    private static <E extends Enum<E>> List<String> names(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Values::name).toList();
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E constant(Class<E> type, ConfigValue value) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> name(constant).equals(asText(value)))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new);
    }

    Choice<String> textOr(String auto, String key) {
        return choice(auto, key, "a text", Values::asText);
    }

    Choice<Integer> integerOr(String auto, String key) {
        return choice(auto, key, "an integer", value -> Integer.valueOf(asText(value)));
    }

    Choice<Long> bigIntegerOr(String auto, String key) {
        return choice(auto, key, "an integer", value -> Long.valueOf(asText(value)));
    }

    Choice<Double> numberOr(String auto, String key) {
        return choice(auto, key, "a number", value -> Double.valueOf(asText(value)));
    }

    Choice<List<Span>> spansOr(String auto, String key) {
        return choice(auto, key, "a list of steps, or of epochs such as 30 epochs,", Values::asSpans);
    }

    /** A list of texts; after -D they have commas between them. */
    List<String> texts(String key) {
        return read(key, "a list of texts", Values::asTexts);
    }

    /** A list of integers, given as {@link #texts} are. */
    List<Integer> integers(String key) {
        return read(key, "a list of integers", value -> asTexts(value).stream()
                .map(Integer::valueOf)
                .toList());
    }

    private <T> Choice<T> choice(String auto, String key, String rule, Function<ConfigValue, T> reader) {
        return read(
                key,
                rule + " or " + auto,
                value -> value.valueType() != ConfigValueType.LIST
                                && asText(value).equals(auto)
                        ? new Choice.Auto<>()
                        : new Choice.Given<>(reader.apply(value)));
    }

    private <T> T read(String key, String rule, Function<ConfigValue, T> reader) {
        ConfigValue value = given.getOrDefault(key, defaults.get(key));
        try {
            return reader.apply(value);
        } catch (IllegalArgumentException e) {
            if (bad.add(key)) {
                problems.add(new Problem(key, "%s must be %s: %s".formatted(key, rule, render(value)), where(value)));
            }
            return reader.apply(defaults.get(key));
        }
    }

    private static String asText(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING, BOOLEAN -> String.valueOf(value.unwrapped());
                // As it was written: 1e-3 is no integer, and a run-id of digits keeps its zeros.
            case NUMBER -> value.atKey("v").getString("v");
            case LIST, OBJECT, NULL -> throw new IllegalArgumentException();
        };
    }

    private static List<Span> asSpans(ConfigValue value) {
        if (value instanceof ConfigList) {
            return asTexts(value).stream().map(Span::of).toList();
        }
        return Arrays.stream(withoutBrackets(value).split(",", -1))
                .map(item -> Span.of(item.trim()))
                .toList();
    }

    private static String withoutBrackets(ConfigValue value) {
        String text = asText(value).trim();
        return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    }

    private static List<String> asTexts(ConfigValue value) {
        if (value instanceof ConfigList list) {
            return list.stream().map(Values::asText).toList();
        }
        String text = withoutBrackets(value).trim();
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(String::trim).toList();
    }

    private static String render(ConfigValue value) {
        return value.render(com.typesafe.config.ConfigRenderOptions.concise());
    }
}
