package org.bigtransfer.jobs;

import java.util.Iterator;
import org.bigtransfer.jobs.settings.SettingsSources;

/** What {@code -D} may begin with, for a shell's completion. */
final class SettingKeys implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return SettingsSources.keys().stream().map(key -> key + "=").iterator();
    }
}
