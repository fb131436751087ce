/**
 * The inner loops: {@code float[]} in, {@code float[]} out, no shapes and no graph.
 *
 * <p>May import nothing else of Refrain. Read {@link io.refrain.kernel.Kernels} first, then {@link
 * io.refrain.kernel.ScalarKernels}, which is the specification; {@code simd} is the same for vector
 * registers, and {@link io.refrain.kernel.ThreadTeam} runs pieces of work on several cores.
 */
@NullMarked
package io.refrain.kernel;

import org.jspecify.annotations.NullMarked;
