/** BiT's weight files: NumPy archives with big_transfer's tensor names, read strictly and written so that it reads them. */
package org.bigtransfer.weights;
