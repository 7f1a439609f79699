/**
 * Looks whether a machine or a cluster has what the jobs need, before they need it: one finding a check, which says how to
 * mend what is missing. The job {@code doctor} prints them.
 */
package org.bigtransfer.jobs.doctor;
