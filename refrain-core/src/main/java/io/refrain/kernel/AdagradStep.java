package io.refrain.kernel;

/**
 * The numbers of one step of Adagrad (Duchi et al. 2011) as PyTorch computes it:
 *
 * <pre>
 *   g' = g · scale + decay · p
 *   s  = s + g'²
 *   p  = p - rate · g' / (sqrt(s) + epsilon)
 * </pre>
 *
 * @param rate the learning rate of this step, its decay included
 * @param scale factor on the gradient, from clipping
 * @param decay L2 penalty
 * @param epsilon added to the denominator
 */
public record AdagradStep(float rate, float scale, float decay, float epsilon) {}
