/**
 * The engine {@code dl4j}: BiT as a Deeplearning4j ComputationGraph, its optimizer and its {@code Replica}.
 * Its layers are in {@code layers}, what they compute with in {@code compute}.
 */
package org.bigtransfer.dl4j;
