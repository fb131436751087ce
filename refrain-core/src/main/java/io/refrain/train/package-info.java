/**
 * Training: the loop, checkpoints, the run directory, and what watches them. May import every other
 * package. Read {@link io.refrain.train.Trainer} first.
 */
@NullMarked
package io.refrain.train;

import org.jspecify.annotations.NullMarked;
