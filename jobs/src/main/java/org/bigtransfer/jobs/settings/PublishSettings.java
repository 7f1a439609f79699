package org.bigtransfer.jobs.settings;

/**
 * Where a run is published.
 *
 * @param pointer the file, on any file system; empty if not given
 */
public record PublishSettings(String pointer) {}
