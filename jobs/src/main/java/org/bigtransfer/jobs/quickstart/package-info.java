/** The quickstart's own images: nothing is downloaded, coloured shapes are drawn. */
package org.bigtransfer.jobs.quickstart;
