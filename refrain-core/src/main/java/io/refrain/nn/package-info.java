/**
 * Parameters and the layers that every network shares.
 *
 * <p>May import {@code tensor} and {@code kernel}. Read {@link io.refrain.nn.Linear} first: forward
 * and backward of a layer stand next to each other there; {@code nn.recurrent} is the heart.
 */
@NullMarked
package io.refrain.nn;

import org.jspecify.annotations.NullMarked;
