/**
 * Tells a tracking server of runs, if there is one: a queue and a thread that ask nothing of the job but a bounded wait at its
 * end, and MLflow behind a seam, whose client is loaded by its setting alone.
 */
package org.bigtransfer.jobs.tracking;
