package org.bigtransfer.hyperrule;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Whose BiT is followed where the published sources differ. */
public enum Profile {
    /** big_transfer's PyTorch code. */
    PYTORCH;

    /** The profile as settings spell it, {@code pytorch}. @throws IllegalArgumentException listing the known ones */
    public static Profile of(String name) {
        return Arrays.stream(values())
                .filter(profile -> profile.setting().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("profile must be one of " + settings() + ": " + name));
    }

    private static List<String> settings() {
        return Arrays.stream(values()).map(Profile::setting).toList();
    }

    /** How settings spell it. */
    public String setting() {
        return name().toLowerCase(Locale.ROOT);
    }
}
