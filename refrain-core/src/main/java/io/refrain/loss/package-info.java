/**
 * What training makes small; one class a loss. May import {@code nn} and what it stands on. Read
 * {@link io.refrain.loss.CrossEntropy}.
 */
@NullMarked
package io.refrain.loss;

import org.jspecify.annotations.NullMarked;
