/**
 * Looks into a dataset: what it holds, how well its rows are mixed, and what the network will see of its images.
 * The findings go to the terminal and onto one self-contained HTML page.
 */
package org.bigtransfer.jobs.inspect;
