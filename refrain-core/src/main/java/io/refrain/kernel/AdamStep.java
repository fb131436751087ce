package io.refrain.kernel;

/**
 * The numbers of one step of Adam (Kingma and Ba 2015) as PyTorch computes it:
 *
 * <pre>
 *   g' = g · scale + decay · p
 *   p  = p · shrink
 *   m  = m + (g' - m) · oneMinusBeta1
 *   v  = v · beta2 + g'² · oneMinusBeta2
 *   p  = p - rate · m / (sqrt(v) / rootCorrection + epsilon)
 * </pre>
 *
 * @param rate the learning rate divided by 1 - beta1ᵗ
 * @param oneMinusBeta1 share of the new gradient in the first moment
 * @param beta2 decay of the second moment
 * @param oneMinusBeta2 share of the new square in the second moment; apart from beta2, for 1 -
 *     0.999f is not 0.001f but 5e-5 of it off, where PyTorch subtracts in double precision
 * @param epsilon added to the denominator
 * @param rootCorrection √(1 - beta2ᵗ)
 * @param decay L2 penalty of Adam; 0 for AdamW
 * @param shrink 1 - learning rate · weight decay of AdamW; 1 for Adam
 * @param scale factor on the gradient, from clipping
 */
public record AdamStep(
    float rate,
    float oneMinusBeta1,
    float beta2,
    float oneMinusBeta2,
    float epsilon,
    float rootCorrection,
    float decay,
    float shrink,
    float scale) {}
