/**
 * Conformance with PyTorch: what libtorch computes from given weights and input, in plain arrays,
 * and the tests that hold Refrain to it.
 *
 * <p>May import every package of the library, and libtorch in {@link
 * io.refrain.bench.conformance.Shaped} and in classes named after it only. Compiled and run by
 * Maven profile {@code peers}. Read {@link io.refrain.bench.conformance.Network} first, then {@link
 * io.refrain.bench.conformance.LibtorchRnn}.
 *
 * <p>And conformance with Hugging Face's tokenizers, whose library only {@link
 * io.refrain.bench.conformance.HuggingFaceTokens} imports.
 */
@NullMarked
package io.refrain.bench.conformance;

import org.jspecify.annotations.NullMarked;
