package org.bigtransfer.jobs.doctor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a check found.
 *
 * @param check its name
 * @param text what there is; of a failure also what must be, and how to mend it
 */
public record Finding(State state, String check, String text) implements Serializable {
    /** How bad it is. */
    public enum State {
        OK,
        /** Works, but an administrator will want to know. */
        WARNING,
        FAILED,
        /** Settings do not say what to look at. */
        SKIPPED
    }

    /** Nothing to mend. */
    public static Finding ok(String check, String text) {
        return new Finding(State.OK, check, text);
    }

    /** Worth mending. */
    public static Finding warning(String check, String text, String mend) {
        return new Finding(State.WARNING, check, text + ". " + mend);
    }

    /** Must be mended. @param mend what to do, as a sentence */
    public static Finding failed(String check, String text, String mend) {
        return new Finding(State.FAILED, check, text + ". " + mend);
    }

    /** Not looked at. @param why what would have to be given */
    public static Finding skipped(String check, String why) {
        return new Finding(State.SKIPPED, check, why);
    }

    /**
     * What the same checks found in several places, said once where it is the same.
     *
     * @param places names of the places and what was found there
     * @return by check, and within it by what was found, with the places
     */
    public static List<Finding> merged(Map<String, List<Finding>> places) {
        Map<String, Map<Finding, Set<String>>> checks = new LinkedHashMap<>();
        places.forEach((place, findings) ->
                findings.forEach(finding -> checks.computeIfAbsent(finding.check(), check -> new LinkedHashMap<>())
                        .computeIfAbsent(finding, same -> new LinkedHashSet<>())
                        .add(place)));
        List<Finding> merged = new ArrayList<>();
        checks.values()
                .forEach(found -> found.forEach((finding, at) -> merged.add(new Finding(
                        finding.state(), finding.check(), "%s: %s".formatted(String.join(", ", at), finding.text())))));
        return merged;
    }

    /** One line, whatever the text. */
    @Override
    public String toString() {
        return "%-7s  %-8s  %s".formatted(state, check, text.strip().replaceAll("\\s*\\R\\s*", " / "));
    }
}
