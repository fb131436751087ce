package io.refrain.kernel;

/**
 * The numbers of one step of RMSprop (Hinton 2012) as PyTorch computes it:
 *
 * <pre>
 *   g' = g · scale + decay · p
 *   v  = v · alpha + g'² · oneMinusAlpha
 *   m  = m + (g' - m) · oneMinusAlpha        where centered (Graves 2013)
 *   d  = g' / (sqrt(v) + epsilon)            or, where centered, g' / (sqrt(v - m²) + epsilon)
 *   b  = b · momentum + d                    where there is momentum, and then d = b
 *   p  = p - rate · d
 * </pre>
 *
 * <p>Where rounding makes v - m² negative, which makes PyTorch's step no number, 0 is taken.
 *
 * @param rate the learning rate
 * @param scale factor on the gradient, from clipping
 * @param decay L2 penalty
 * @param alpha decay of the mean of squares
 * @param oneMinusAlpha share of the new square; apart from alpha for the sake of its last digits
 * @param epsilon added to the denominator
 * @param momentum decay of the buffer b; where it is 0, b is not touched
 * @param centered whether the mean's square is taken off; where it is not, m is not touched
 */
public record RmsPropStep(
    float rate,
    float scale,
    float decay,
    float alpha,
    float oneMinusAlpha,
    float epsilon,
    float momentum,
    boolean centered) {}
