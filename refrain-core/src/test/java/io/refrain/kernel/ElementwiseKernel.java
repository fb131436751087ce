package io.refrain.kernel;

import java.util.random.RandomGenerator;

/**
 * The kernels whose every value depends on the values at its own place alone, each called in one
 * way: it reads and writes {@code length} values of five arrays, at places that are not aligned
 * with one another.
 */
enum ElementwiseKernel {
  TANH((k, a, b, c, d, e, at, n) -> k.tanh(a, at, b, at + 1, n)),
  SIGMOID((k, a, b, c, d, e, at, n) -> k.sigmoid(a, at, b, at + 1, n)),
  RELU((k, a, b, c, d, e, at, n) -> k.relu(a, at, b, at + 1, n)),
  TANH_BACKWARD((k, a, b, c, d, e, at, n) -> k.tanhBackward(a, at, b, at + 1, c, at + 2, n)),
  SIGMOID_BACKWARD((k, a, b, c, d, e, at, n) -> k.sigmoidBackward(a, at, b, at + 1, c, at + 2, n)),
  RELU_BACKWARD((k, a, b, c, d, e, at, n) -> k.reluBackward(a, at, b, at + 1, c, at + 2, n)),
  ADD((k, a, b, c, d, e, at, n) -> k.add(a, at, b, at + 1, n)),
  SUM((k, a, b, c, d, e, at, n) -> k.sum(a, at, b, at + 1, c, at + 2, n)),
  DIFFERENCE((k, a, b, c, d, e, at, n) -> k.difference(a, at, b, at + 1, c, at + 2, n)),
  QUOTIENT((k, a, b, c, d, e, at, n) -> k.quotient(a, at, d, at + 1, c, at + 2, n)),
  ONE_MINUS((k, a, b, c, d, e, at, n) -> k.oneMinus(a, at, b, at + 1, n)),
  PRODUCT((k, a, b, c, d, e, at, n) -> k.product(a, at, b, at + 1, c, at + 2, n)),
  ADD_PRODUCT((k, a, b, c, d, e, at, n) -> k.addProduct(a, at, b, at + 1, c, at + 2, n)),
  MIX((k, a, b, c, d, e, at, n) -> k.mix(a, at, b, at + 1, d, at, c, at + 2, n)),
  MASK((k, a, b, c, d, e, at, n) -> k.mask(0x1234567890ABCDEFL, at, 1 << 22, 1.5f, a, at, n)),
  SCALE((k, a, b, c, d, e, at, n) -> k.scale(0.37f, a, at, n)),
  SUM_ROWS((k, a, b, c, d, e, at, n) -> k.sumRows(3, a, at, 5, b, at + 1, n)),
  SGD((k, a, b, c, d, e, at, n) -> k.sgd(a, b, at, n, 0.1f, 0.7f, 0.01f)),
  ADAM((k, a, b, c, d, e, at, n) -> k.adam(step(), a, b, c, d, at, n)),
  MOMENTUM((k, a, b, c, d, e, at, n) -> k.momentum(momentum(false, false), a, b, c, at, n)),
  FIRST_MOMENTUM((k, a, b, c, d, e, at, n) -> k.momentum(momentum(true, true), a, b, c, at, n)),
  NESTEROV((k, a, b, c, d, e, at, n) -> k.momentum(momentum(true, false), a, b, c, at, n)),
  RMS_PROP((k, a, b, c, d, e, at, n) -> k.rmsProp(rmsProp(0, false), a, b, d, c, e, at, n)),
  RMS_PROP_CENTERED((k, a, b, c, d, e, at, n) -> k.rmsProp(rmsProp(0, true), a, b, d, c, e, at, n)),
  RMS_PROP_MOMENTUM(
      (k, a, b, c, d, e, at, n) -> k.rmsProp(rmsProp(0.9f, false), a, b, d, c, e, at, n)),
  RMS_PROP_CENTERED_MOMENTUM(
      (k, a, b, c, d, e, at, n) -> k.rmsProp(rmsProp(0.9f, true), a, b, d, c, e, at, n)),
  ADAGRAD((k, a, b, c, d, e, at, n) ->
      k.adagrad(new AdagradStep(0.1f, 0.7f, 0.01f, 1e-10f), a, b, d, at, n)),
  AVERAGED((k, a, b, c, d, e, at, n) ->
      k.averaged(new AveragedStep(0.1f, 0.7f, 0.01f, 0.999f, 0.3f), a, b, c, at, n)),
  FIRST_AVERAGED((k, a, b, c, d, e, at, n) ->
      k.averaged(new AveragedStep(0.1f, 0.7f, 0.01f, 0.999f, 1f), a, b, c, at, n)),
  CLAMP((k, a, b, c, d, e, at, n) -> k.clamp(0.6f, a, at, n));

  @SuppressWarnings("ImmutableEnumChecker") // lambdas that capture nothing
  private final Call call;

  ElementwiseKernel(Call call) {
    this.call = call;
  }

  private static AdamStep step() {
    return new AdamStep(0.01f, 0.1f, 0.999f, 0.001f, 1e-8f, 0.05f, 0.01f, 0.999f, 0.7f);
  }

  private static MomentumStep momentum(boolean nesterov, boolean first) {
    return new MomentumStep(0.1f, 0.7f, 0.01f, 0.9f, 0.8f, nesterov, first);
  }

  /** Its epsilon is large, for next to a root near zero the last digit of a sum decides. */
  private static RmsPropStep rmsProp(float momentum, boolean centered) {
    return new RmsPropStep(0.01f, 0.7f, 0.01f, 0.99f, 0.01f, 0.3f, momentum, centered);
  }

  /** Runs over the values {@code at} to {@code at + length} of its arrays. */
  void run(Kernels kernels, float[][] arrays, int at, int length) {
    call.run(kernels, arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], at, length);
  }

  /**
   * Arrays with room for {@code length} values and some around them; the fourth, which holds what
   * optimizers take the root of, is positive.
   */
  static float[][] arrays(int length, RandomGenerator random) {
    float[][] arrays = new float[5][length + 16];
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
    void run(
        Kernels kernels, float[] a, float[] b, float[] c, float[] d, float[] e, int at, int length);
  }
}
