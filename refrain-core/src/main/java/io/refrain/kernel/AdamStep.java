package io.refrain.kernel;

/**
 * The numbers of one step of Adam (Kingma and Ba 2015) as PyTorch computes it:
 *
 * <pre>
 *   g' = g · scale + decay · p
 *   p  = p · shrink
 *   m  = m + (g' - m) · (1 - beta1)
 *   v  = v · beta2 + g'² · (1 - beta2)
 *   p  = p - rate · m / (sqrt(v) / rootCorrection + epsilon)
 * </pre>
 *
 * @param rate the learning rate divided by 1 - beta1ᵗ
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the denominator
 * @param rootCorrection √(1 - beta2ᵗ)
 * @param decay L2 penalty of Adam; 0 for AdamW
 * @param shrink 1 - learning rate · weight decay of AdamW; 1 for Adam
 * @param scale factor on the gradient, from clipping
 */
public record AdamStep(
    float rate,
    float beta1,
    float beta2,
    float epsilon,
    float rootCorrection,
    float decay,
    float shrink,
    float scale) {}
