/**
 * Conformance with PyTorch: what libtorch computes from given weights and input, in plain arrays,
 * and the tests that hold Refrain to it.
 *
 * <p>May import every package of the library, and libtorch in {@link
 * io.refrain.bench.conformance.Shaped} and in classes named after it only. Compiled and run by
 * Maven profile {@code peers}. Read {@link io.refrain.bench.conformance.Network} first, then {@link
 * io.refrain.bench.conformance.LibtorchRnn}.
 */
@NullMarked
package io.refrain.bench.conformance;

import org.jspecify.annotations.NullMarked;
