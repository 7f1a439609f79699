/**
 * Which examples make up which step, and the random numbers that belong to them.
 * All of it is pure functions of the seed, so that a run can be entered at any step.
 */
package org.bigtransfer.order;
