/**
 * The page that shows a run: one self-contained HTML file with its charts as SVG and its sample images inside, and the
 * frame that other pages share. Reads the result tables and a few images of the dataset, so that training and evaluation
 * can each write it anew.
 */
package org.bigtransfer.jobs.report;
