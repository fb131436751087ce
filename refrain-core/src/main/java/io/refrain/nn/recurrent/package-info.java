/**
 * Recurrent layers: a {@link io.refrain.nn.recurrent.Cell} is its equations, a {@code SequenceRun}
 * owns time, batching, threads and all matrix products, a {@link
 * io.refrain.nn.recurrent.RecurrentStack} is what {@code torch.nn.RNN} is.
 *
 * <p>Read {@link io.refrain.nn.recurrent.ElmanCell} first, then {@code SequenceRun}.
 */
@NullMarked
package io.refrain.nn.recurrent;

import org.jspecify.annotations.NullMarked;
