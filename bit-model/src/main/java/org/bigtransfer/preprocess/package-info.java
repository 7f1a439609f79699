/**
 * From an image file's bytes to the numbers a network takes: decode, antialiased resize, crop, flip, value range, mixup.
 */
package org.bigtransfer.preprocess;
