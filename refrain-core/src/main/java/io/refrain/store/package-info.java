/**
 * Files that outlive the process: weights in safetensors form, JSON records, the log of metrics,
 * and the lock of a run directory.
 *
 * <p>Plain values go in and out (float arrays with a name and a shape, maps of strings and
 * numbers); this package knows no tensor, network or trainer. It may import the JDK, JSpecify and
 * Jackson's streaming parser, and nothing else of this library. Two rules hold throughout: what is
 * written appears whole or not at all, and what is read is distrusted, so that a damaged or hostile
 * file ends in one named error and never in a large allocation.
 *
 * <p>Read {@link io.refrain.store.AtomicFile} first, then {@link io.refrain.store.SafetensorsFile}.
 */
@NullMarked
package io.refrain.store;

import org.jspecify.annotations.NullMarked;
