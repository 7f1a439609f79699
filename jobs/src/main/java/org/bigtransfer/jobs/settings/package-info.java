/**
 * Settings: read from HOCON, checked all at once, handed on as records.
 * The only package that knows HOCON; every default lies in {@code reference.conf}.
 */
package org.bigtransfer.jobs.settings;
