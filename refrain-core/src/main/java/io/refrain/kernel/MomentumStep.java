package io.refrain.kernel;

/**
 * The numbers of one step of gradient descent with momentum, as PyTorch computes it:
 *
 * <pre>
 *   g' = g · scale + decay · p
 *   b  = b · momentum + g' · share      or, at the first step of a parameter, b = g'
 *   p  = p - rate · b                   or, with Nesterov's, p = p - rate · (g' + momentum · b)
 * </pre>
 *
 * @param rate the learning rate
 * @param scale factor on the gradient, from clipping
 * @param decay L2 penalty
 * @param momentum decay of the buffer b
 * @param share of the new gradient in the buffer: 1 - dampening
 * @param nesterov whether the step looks ahead (Sutskever et al. 2013)
 * @param first whether the buffer is empty yet
 */
public record MomentumStep(
    float rate,
    float scale,
    float decay,
    float momentum,
    float share,
    boolean nesterov,
    boolean first) {}
