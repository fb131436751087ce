/**
 * What is measured, for Refrain and its peers alike: kinds of work, sizes, initial weights and
 * data. One definition for both sides, so that their losses can be compared as well as their times.
 *
 * <p>May import the JDK only. Read {@link io.refrain.bench.workload.Workload} first.
 */
@NullMarked
package io.refrain.bench.workload;

import org.jspecify.annotations.NullMarked;
