package io.refrain.kernel;

import java.util.random.RandomGenerator;

/**
 * The kernels whose every value depends on the values at its own place alone, each called in one
 * way: it reads and writes {@code length} values of four arrays, at places that are not aligned
 * with one another.
 */
enum ElementwiseKernel {
  TANH((k, a, b, c, d, at, n) -> k.tanh(a, at, b, at + 1, n)),
  SIGMOID((k, a, b, c, d, at, n) -> k.sigmoid(a, at, b, at + 1, n)),
  RELU((k, a, b, c, d, at, n) -> k.relu(a, at, b, at + 1, n)),
  TANH_BACKWARD((k, a, b, c, d, at, n) -> k.tanhBackward(a, at, b, at + 1, c, at + 2, n)),
  SIGMOID_BACKWARD((k, a, b, c, d, at, n) -> k.sigmoidBackward(a, at, b, at + 1, c, at + 2, n)),
  RELU_BACKWARD((k, a, b, c, d, at, n) -> k.reluBackward(a, at, b, at + 1, c, at + 2, n)),
  ADD((k, a, b, c, d, at, n) -> k.add(a, at, b, at + 1, n)),
  SUM((k, a, b, c, d, at, n) -> k.sum(a, at, b, at + 1, c, at + 2, n)),
  DIFFERENCE((k, a, b, c, d, at, n) -> k.difference(a, at, b, at + 1, c, at + 2, n)),
  QUOTIENT((k, a, b, c, d, at, n) -> k.quotient(a, at, d, at + 1, c, at + 2, n)),
  ONE_MINUS((k, a, b, c, d, at, n) -> k.oneMinus(a, at, b, at + 1, n)),
  PRODUCT((k, a, b, c, d, at, n) -> k.product(a, at, b, at + 1, c, at + 2, n)),
  ADD_PRODUCT((k, a, b, c, d, at, n) -> k.addProduct(a, at, b, at + 1, c, at + 2, n)),
  MIX((k, a, b, c, d, at, n) -> k.mix(a, at, b, at + 1, d, at, c, at + 2, n)),
  MASK((k, a, b, c, d, at, n) -> k.mask(0x1234567890ABCDEFL, at, 1 << 22, 1.5f, a, at, n)),
  SCALE((k, a, b, c, d, at, n) -> k.scale(0.37f, a, at, n)),
  SUM_ROWS((k, a, b, c, d, at, n) -> k.sumRows(3, a, at, 5, b, at + 1, n)),
  SGD((k, a, b, c, d, at, n) -> k.sgd(a, b, at, n, 0.1f, 0.7f, 0.01f)),
  ADAM((k, a, b, c, d, at, n) -> k.adam(step(), a, b, c, d, at, n));

  @SuppressWarnings("ImmutableEnumChecker") // lambdas that capture nothing
  private final Call call;

  ElementwiseKernel(Call call) {
    this.call = call;
  }

  private static AdamStep step() {
    return new AdamStep(0.01f, 0.1f, 0.999f, 0.001f, 1e-8f, 0.05f, 0.01f, 0.999f, 0.7f);
  }

  /** Runs over the values {@code at} to {@code at + length} of its arrays. */
  void run(Kernels kernels, float[][] arrays, int at, int length) {
    call.run(kernels, arrays[0], arrays[1], arrays[2], arrays[3], at, length);
  }

  /**
   * Arrays with room for {@code length} values and some around them; the last, which holds what
   * Adam takes the root of, is positive.
   */
  static float[][] arrays(int length, RandomGenerator random) {
    float[][] arrays = new float[4][length + 16];
    for (int i = 0; i < arrays.length; i++) {
      for (int j = 0; j < arrays[i].length; j++) {
        float value = (float) random.nextGaussian();
        arrays[i][j] = i == 3 ? value * value : value;
      }
    }
    return arrays;
  }

  /** A copy of {@link #arrays}. */
  static float[][] copy(float[][] arrays) {
    float[][] copy = new float[arrays.length][];
    for (int i = 0; i < arrays.length; i++) {
      copy[i] = arrays[i].clone();
    }
    return copy;
  }

  @FunctionalInterface
  private interface Call {
    void run(Kernels kernels, float[] a, float[] b, float[] c, float[] d, int at, int length);
  }
}
