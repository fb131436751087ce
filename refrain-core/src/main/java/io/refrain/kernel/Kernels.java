package io.refrain.kernel;

/**
 * The inner loops of everything Refrain computes: {@code float[]} in, {@code float[]} out.
 *
 * <p>{@link ScalarKernels} is the specification, and what runs where {@code jdk.incubator.vector}
 * is absent; {@code io.refrain.kernel.simd} is the same with vector instructions. {@link #get()}
 * tells which one this process uses.
 *
 * <p>Nothing here validates: callers have checked their shapes at the public edge. An offset is
 * called {@code at} and counts floats. Every result depends on the values alone, not on the offset,
 * so work may be cut between threads anywhere without a bit of difference.
 */
public interface Kernels {

  /** The kernels of this process, chosen once; see {@link KernelSelection}. */
  static Kernels get() {
    return KernelSelection.CHOSEN;
  }

  /** What runs, for people: {@code "512-bit vectors"} or {@code "scalar"}. */
  String description();

  /** Floats in a vector register; 1 for scalar. */
  int lanes();

  /** How {@link #multiply} wants its right operand. */
  PanelLayout layout();

  /**
   * Packs stored rows {@code from} to {@code to} of B[k × n] by {@link #layout()}, with zeros where
   * the last panel has more columns than B.
   *
   * @param transposed false: B is stored as [k × n]; true: as [n × k]
   * @param k rows of B
   * @param n columns of B
   * @param b holds B, whose first value stands at {@code bAt}
   * @param leading floats between two stored rows
   * @param panels room for all of B, {@link PanelLayout#length}
   * @param from where B is transposed, a multiple of the panel width
   * @param to where B is transposed, a multiple of the panel width, or n
   */
  void pack(
      boolean transposed,
      int k,
      int n,
      int from,
      int to,
      float[] b,
      int bAt,
      int leading,
      Panels panels);

  /**
   * C[m × n] += A[m × k] · B[k × n], for the columns {@code from} to {@code to} of B and C.
   *
   * <p>Each element of C is one sum over k in rising order, so neither m, nor the columns asked
   * for, nor the number of threads changes a bit of it.
   *
   * @param aRow floats between rows of A, {@code aStep} between its columns; swapped, they read A
   *     transposed
   * @param b B, {@linkplain #pack packed}
   * @param from a multiple of the panel width
   * @param to a multiple of the panel width, or n
   */
  void multiply(
      int m,
      int k,
      int from,
      int to,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      Panels b,
      float[] c,
      int cAt,
      int cRow);

  /** y = tanh(x), NaN stays NaN; y may be x, as in every operation below. */
  void tanh(float[] x, int xAt, float[] y, int yAt, int length);

  /** y = 1 / (1 + exp(-x)). */
  void sigmoid(float[] x, int xAt, float[] y, int yAt, int length);

  /** y = max(x, 0), NaN stays NaN. */
  void relu(float[] x, int xAt, float[] y, int yAt, int length);

  /** dx = dy · (1 - y²) where y = tanh(x). */
  void tanhBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int length);

  /** dx = dy · y · (1 - y) where y = sigmoid(x). */
  void sigmoidBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int length);

  /** dx = dy where y &gt; 0, else 0, where y = relu(x). */
  void reluBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int length);

  /** y += x. */
  void add(float[] x, int xAt, float[] y, int yAt, int length);

  /** z = x + y. */
  void sum(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length);

  /** z = x - y. */
  void difference(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length);

  /** z = x · y, value by value. */
  void product(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length);

  /** z = x / y, value by value. */
  void quotient(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length);

  /** y = 1 - x. */
  void oneMinus(float[] x, int xAt, float[] y, int yAt, int length);

  /** z += x · y, value by value. */
  void addProduct(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length);

  /** z = x + (y - x) · share, value by value: x where the share is 0, y where it is 1. */
  void mix(
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      float[] share,
      int shareAt,
      float[] z,
      int zAt,
      int length);

  /**
   * y = (x - mean) / deviation of a range, with the variance of all its values and PyTorch's 1e-5
   * added to it.
   *
   * @return 1 / deviation
   */
  float normalize(float[] x, int xAt, float[] y, int yAt, int length);

  /**
   * dx = (dy - mean(dy) - y · mean(dy · y)) · scale, where y came out of {@link #normalize} and
   * {@code scale} is what it returned; dx may be dy.
   */
  void normalizeBackward(
      float[] y, int yAt, float[] dy, int dyAt, float scale, float[] dx, int dxAt, int length);

  /**
   * Draws a mask: each value is {@code value}, or 0 with a given probability. What is drawn depends
   * on the seed and on the place {@code first + i} alone, so a mask may be drawn in pieces.
   *
   * @param drop how often a value is 0, in parts of 2²⁴
   */
  void mask(long seed, int first, int drop, float value, float[] mask, int at, int length);

  /** x *= factor. */
  void scale(float factor, float[] x, int at, int length);

  /** sums[column] += the sum over rows of x[rows × leading], for {@code length} columns. */
  void sumRows(int rows, float[] x, int xAt, int leading, float[] sums, int sumsAt, int length);

  /** The sum of squares, accumulated so that a million terms keep seven digits. */
  double squaredNorm(float[] x, int at, int length);

  /**
   * One row of softmax and cross-entropy, fused and stable.
   *
   * @param gradient becomes {@code scale · (softmax(logits) - onehot(target))}, the gradient of
   *     {@code scale · loss}; may be the logits themselves
   * @return -log softmax(logits)[target]
   */
  double softmaxCrossEntropy(
      float[] logits,
      int at,
      float[] gradient,
      int gradientAt,
      int length,
      int target,
      float scale);

  /**
   * y = exp(x) / Σ exp(x), stable.
   *
   * @return log Σ exp(x), so that log y[i] = x[i] - it
   */
  double softmax(float[] x, int xAt, float[] y, int yAt, int length);

  /** Where the largest value stands, counted from {@code at}; the first of equals. */
  int argmax(float[] x, int at, int length);

  /** Stochastic gradient descent: p -= rate · (g · scale + decay · p). */
  void sgd(float[] p, float[] g, int at, int length, float rate, float scale, float decay);

  /** One step of Adam or AdamW over a range of one parameter. */
  void adam(AdamStep step, float[] p, float[] g, float[] m, float[] v, int at, int length);

  /** One step of gradient descent with momentum over a range of one parameter. */
  void momentum(MomentumStep step, float[] p, float[] g, float[] b, int at, int length);

  /**
   * One step of RMSprop over a range of one parameter.
   *
   * @param m used only where the step is centered, {@code b} only where it has momentum
   */
  void rmsProp(
      RmsPropStep step, float[] p, float[] g, float[] v, float[] m, float[] b, int at, int length);

  /** One step of Adagrad over a range of one parameter. */
  void adagrad(AdagradStep step, float[] p, float[] g, float[] s, int at, int length);

  /** One step of averaged gradient descent over a range of one parameter. */
  void averaged(AveragedStep step, float[] p, float[] g, float[] a, int at, int length);

  /** x = min(max(x, -limit), limit), NaN stays NaN. */
  void clamp(float limit, float[] x, int at, int length);
}
