package io.refrain.kernel;

/**
 * The numbers of one step of averaged gradient descent (Polyak and Juditsky 1992) as PyTorch's ASGD
 * computes it:
 *
 * <pre>
 *   g' = g · scale + decay · p
 *   p  = p · shrink - rate · g'
 *   a  = a + (p - a) · share        or, where the share is 1, a = p
 * </pre>
 *
 * @param rate the learning rate
 * @param scale factor on the gradient, from clipping
 * @param decay L2 penalty
 * @param shrink 1 - lambda · rate
 * @param share of the new weights in their average
 */
public record AveragedStep(float rate, float scale, float decay, float shrink, float share) {}
