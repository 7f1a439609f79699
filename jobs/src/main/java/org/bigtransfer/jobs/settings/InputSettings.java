package org.bigtransfer.jobs.settings;

import java.util.List;
import org.bigtransfer.hyperrule.Resolution;

/** What feeding to measure; see {@code reference.conf} for each. @param sizes pre-crop and crop of each */
public record InputSettings(List<Resolution> sizes, int count) {
    public InputSettings {
        sizes = List.copyOf(sizes);
        new Rules()
                .must(!sizes.isEmpty(), "bench.input.sizes", "name a pre-crop and a crop, 160/128", sizes)
                .atLeast(1, "bench.input.count", count)
                .check();
    }

    /** Pre-crops and crops as settings spell them, {@code 160/128}. @throws IllegalArgumentException saying what is wrong */
    static List<Resolution> sizes(List<String> texts) {
        return texts.stream().map(InputSettings::size).toList();
    }

    private static Resolution size(String text) {
        if (!text.matches("\\d{1,5}/\\d{1,5}")) {
            throw new IllegalArgumentException("a size must be pre-crop/crop, as 160/128: " + text);
        }
        String[] sides = text.split("/");
        return new Resolution(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
    }
}
