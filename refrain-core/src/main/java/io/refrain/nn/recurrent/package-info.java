/**
 * Recurrent layers: a {@link io.refrain.nn.recurrent.Cell} is its equations, a {@code SequenceRun}
 * owns time, batching, threads and all matrix products, a {@link
 * io.refrain.nn.recurrent.RecurrentStack} is what {@code torch.nn.RNN} is.
 *
 * <p>Read {@link io.refrain.nn.recurrent.ElmanCell} first, then {@code SequenceRun}; the folder
 * {@code docs/derivations} of the project derives the gradient of each cell beside its code.
 */
@NullMarked
package io.refrain.nn.recurrent;

import org.jspecify.annotations.NullMarked;
