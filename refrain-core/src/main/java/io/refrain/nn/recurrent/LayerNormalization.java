package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;

/**
 * Normalization of one row of a cell (Ba, Kiros and Hinton 2016), in place, forward and backward:
 *
 * <pre>
 *   y = gain ⊙ (x - mean) / deviation + bias
 * </pre>
 *
 * <p>Kept for backward: the normalized row in place of {@code x}, and 1 / deviation.
 */
final class LayerNormalization {
  private static final Kernels KERNELS = Kernels.get();

  private LayerNormalization() {}

  /**
   * Normalizes a row and adds it, scaled and shifted, to another.
   *
   * @param x [length] at {@code at}, becomes the normalized row
   * @param gain [length] at {@code gainAt}
   * @param y [length] at {@code yAt}, to which {@code gain ⊙ normalized} is added
   * @return 1 / deviation, for {@link #backward}
   */
  static float forward(
      float[] x, int at, float[] gain, int gainAt, float[] y, int yAt, int length) {
    float scale = KERNELS.normalize(x, at, x, at, length);
    KERNELS.addProduct(gain, gainAt, x, at, y, yAt, length);
    return scale;
  }

  /**
   * Takes the gradient of {@code gain ⊙ normalized} on to the gain and to what was normalized.
   *
   * @param normalized [length] at {@code at}, as {@link #forward} left it; becomes the gradient of
   *     what it was made from
   * @param dy [length] at {@code dyAt}
   * @param scale what {@link #forward} returned
   * @param gain [length] at {@code gainAt}, its gradient is added to {@code gainGradient} at {@code
   *     gainGradientAt}
   * @param scratch [length] at {@code scratchAt}
   */
  static void backward(
      float[] normalized,
      int at,
      float[] dy,
      int dyAt,
      float scale,
      float[] gain,
      int gainAt,
      float[] gainGradient,
      int gainGradientAt,
      float[] scratch,
      int scratchAt,
      int length) {
    KERNELS.addProduct(dy, dyAt, normalized, at, gainGradient, gainGradientAt, length);
    KERNELS.product(dy, dyAt, gain, gainAt, scratch, scratchAt, length);
    KERNELS.normalizeBackward(normalized, at, scratch, scratchAt, scale, normalized, at, length);
  }
}
