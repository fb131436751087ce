/**
 * How gradients change weights; one class a method, each with PyTorch's formula. May import {@code
 * nn} and what it stands on. Read {@link io.refrain.optim.Sgd}, then {@link
 * io.refrain.optim.GradientNorm}.
 */
@NullMarked
package io.refrain.optim;

import org.jspecify.annotations.NullMarked;
