/**
 * How gradients change weights; one class a method, each with PyTorch's formula, and how the
 * learning rate changes. May import {@code nn} and what it stands on, and {@code store} to read
 * configurations. Read {@link io.refrain.optim.Sgd}, then {@link io.refrain.optim.Schedule}.
 */
@NullMarked
package io.refrain.optim;

import org.jspecify.annotations.NullMarked;
