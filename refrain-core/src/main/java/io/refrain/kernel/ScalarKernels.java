package io.refrain.kernel;

import java.util.Arrays;

/**
 * The kernels in plain loops: the specification that every faster version is tested against, and
 * what runs where the Vector API is missing.
 */
public final class ScalarKernels implements Kernels {
  private static final PanelLayout LAYOUT = new PanelLayout(64, 32);

  /** What PyTorch adds to a variance. */
  private static final double NORMALIZE_EPSILON = 1e-5;

  /** Beyond this, the result of a sigmoid stays what it is here: 4.5e-39. */
  private static final double SIGMOID_EXPONENT = 88.3;

  /** Rows of C that are summed up side by side. */
  private static final int ROWS = 16;

  /** Creates the scalar kernels; they hold nothing. */
  public ScalarKernels() {}

  @Override
  public String description() {
    return "scalar";
  }

  @Override
  public int lanes() {
    return 1;
  }

  @Override
  public PanelLayout layout() {
    return LAYOUT;
  }

  @Override
  public void pack(
      boolean transposed,
      int k,
      int n,
      int from,
      int to,
      float[] b,
      int bAt,
      int leading,
      Panels panels) {
    float[] row = new float[LAYOUT.width()];
    int firstColumn = transposed ? from : 0;
    int endColumn = transposed ? to : n;
    int firstStep = transposed ? 0 : from;
    int endStep = transposed ? k : to;
    for (int column = firstColumn; column < endColumn; column += LAYOUT.width()) {
      int columns = Math.min(LAYOUT.width(), n - column);
      int stride = LAYOUT.stride(columns);
      Arrays.fill(row, 0f);
      for (int step = firstStep; step < endStep; step++) {
        if (transposed) {
          for (int j = 0; j < columns; j++) {
            row[j] = b[bAt + (column + j) * leading + step];
          }
        } else {
          System.arraycopy(b, bAt + step * leading + column, row, 0, columns);
        }
        panels.put(row, column * k + step * stride, stride);
      }
    }
  }

  @Override
  public void multiply(
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
      int cRow) {
    float[] sums = new float[ROWS * LAYOUT.width()];
    float[] panelRow = new float[LAYOUT.width()];
    for (int column = from; column < to; column += LAYOUT.width()) {
      int columns = Math.min(LAYOUT.width(), to - column);
      int stride = LAYOUT.stride(columns);
      for (int first = 0; first < m; first += ROWS) {
        int rows = Math.min(ROWS, m - first);
        Arrays.fill(sums, 0f);
        for (int step = 0; step < k; step++) {
          b.get(column * k + step * stride, panelRow, stride);
          for (int row = 0; row < rows; row++) {
            float x = a[aAt + (first + row) * aRow + step * aStep];
            int at = row * stride;
            for (int j = 0; j < stride; j++) {
              sums[at + j] += x * panelRow[j];
            }
          }
        }
        for (int row = 0; row < rows; row++) {
          add(sums, row * stride, c, cAt + (first + row) * cRow + column, columns);
        }
      }
    }
  }

  @Override
  public void tanh(float[] x, int xAt, float[] y, int yAt, int length) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] = (float) Math.tanh(x[xAt + i]);
    }
  }

  @Override
  public void sigmoid(float[] x, int xAt, float[] y, int yAt, int length) {
    for (int i = 0; i < length; i++) {
      // no further, so that it is never zero and can be divided by
      double exponent = Math.min(-x[xAt + i], SIGMOID_EXPONENT);
      y[yAt + i] = (float) (1 / (1 + Math.exp(exponent)));
    }
  }

  @Override
  public void relu(float[] x, int xAt, float[] y, int yAt, int length) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] = x[xAt + i] < 0 ? 0 : x[xAt + i];
    }
  }

  @Override
  public void tanhBackward(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int length) {
    for (int i = 0; i < length; i++) {
      dx[dxAt + i] = dy[dyAt + i] * (1 - y[yAt + i] * y[yAt + i]);
    }
  }

  @Override
  public void sigmoidBackward(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int length) {
    for (int i = 0; i < length; i++) {
      dx[dxAt + i] = dy[dyAt + i] * y[yAt + i] * (1 - y[yAt + i]);
    }
  }

  @Override
  public void reluBackward(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int length) {
    for (int i = 0; i < length; i++) {
      dx[dxAt + i] = y[yAt + i] > 0 ? dy[dyAt + i] : 0;
    }
  }

  @Override
  public void add(float[] x, int xAt, float[] y, int yAt, int length) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] += x[xAt + i];
    }
  }

  @Override
  public void sum(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    for (int i = 0; i < length; i++) {
      z[zAt + i] = x[xAt + i] + y[yAt + i];
    }
  }

  @Override
  public void difference(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    for (int i = 0; i < length; i++) {
      z[zAt + i] = x[xAt + i] - y[yAt + i];
    }
  }

  @Override
  public void product(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    for (int i = 0; i < length; i++) {
      z[zAt + i] = x[xAt + i] * y[yAt + i];
    }
  }

  @Override
  public void quotient(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    for (int i = 0; i < length; i++) {
      z[zAt + i] = x[xAt + i] / y[yAt + i];
    }
  }

  @Override
  public void oneMinus(float[] x, int xAt, float[] y, int yAt, int length) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] = 1 - x[xAt + i];
    }
  }

  @Override
  public void addProduct(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    for (int i = 0; i < length; i++) {
      z[zAt + i] += x[xAt + i] * y[yAt + i];
    }
  }

  @Override
  public void mix(
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      float[] share,
      int shareAt,
      float[] z,
      int zAt,
      int length) {
    for (int i = 0; i < length; i++) {
      z[zAt + i] = x[xAt + i] + (y[yAt + i] - x[xAt + i]) * share[shareAt + i];
    }
  }

  @Override
  public float normalize(float[] x, int xAt, float[] y, int yAt, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += x[xAt + i];
    }
    double mean = sum / length;
    double squares = 0;
    for (int i = 0; i < length; i++) {
      double difference = x[xAt + i] - mean;
      squares += difference * difference;
    }
    double scale = 1 / Math.sqrt(squares / length + NORMALIZE_EPSILON);
    for (int i = 0; i < length; i++) {
      y[yAt + i] = (float) ((x[xAt + i] - mean) * scale);
    }
    return (float) scale;
  }

  @Override
  public void normalizeBackward(
      float[] y, int yAt, float[] dy, int dyAt, float scale, float[] dx, int dxAt, int length) {
    double sum = 0;
    double products = 0;
    for (int i = 0; i < length; i++) {
      sum += dy[dyAt + i];
      products += (double) dy[dyAt + i] * y[yAt + i];
    }
    for (int i = 0; i < length; i++) {
      double value = dy[dyAt + i] - sum / length - y[yAt + i] * (products / length);
      dx[dxAt + i] = (float) (value * scale);
    }
  }

  @Override
  public void mask(long seed, int first, int drop, float value, float[] mask, int at, int length) {
    for (int i = 0; i < length; i++) {
      int bits = scramble(scramble((first + i) ^ (int) seed) + (int) (seed >>> 32));
      mask[at + i] = bits >>> 8 < drop ? 0 : value;
    }
  }

  /** The finalizer of MurmurHash3: every bit of its result depends on every bit of its input. */
  private static int scramble(int bits) {
    int result = bits;
    result ^= result >>> 16;
    result *= 0x85EBCA6B;
    result ^= result >>> 13;
    result *= 0xC2B2AE35;
    return result ^ result >>> 16;
  }

  @Override
  public void scale(float factor, float[] x, int at, int length) {
    for (int i = at; i < at + length; i++) {
      x[i] *= factor;
    }
  }

  @Override
  public void sumRows(
      int rows, float[] x, int xAt, int leading, float[] sums, int sumsAt, int length) {
    for (int column = 0; column < length; column++) {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        sum += x[xAt + row * leading + column];
      }
      sums[sumsAt + column] += (float) sum;
    }
  }

  @Override
  public double squaredNorm(float[] x, int at, int length) {
    double sum = 0;
    for (int i = at; i < at + length; i++) {
      sum += (double) x[i] * x[i];
    }
    return sum;
  }

  @Override
  public double softmaxCrossEntropy(
      float[] logits,
      int at,
      float[] gradient,
      int gradientAt,
      int length,
      int target,
      float scale) {
    double logSumExp = logSumExp(logits, at, length);
    double loss = logSumExp - logits[at + target];
    for (int i = 0; i < length; i++) {
      gradient[gradientAt + i] = (float) (scale * Math.exp(logits[at + i] - logSumExp));
    }
    gradient[gradientAt + target] -= scale;
    return loss;
  }

  @Override
  public double softmax(float[] x, int xAt, float[] y, int yAt, int length) {
    double logSumExp = logSumExp(x, xAt, length);
    for (int i = 0; i < length; i++) {
      y[yAt + i] = (float) Math.exp(x[xAt + i] - logSumExp);
    }
    return logSumExp;
  }

  private double logSumExp(float[] x, int at, int length) {
    float maximum = x[at + argmax(x, at, length)];
    double sum = 0;
    for (int i = at; i < at + length; i++) {
      sum += Math.exp(x[i] - maximum);
    }
    return maximum + Math.log(sum);
  }

  @Override
  public int argmax(float[] x, int at, int length) {
    int best = 0;
    for (int i = 1; i < length; i++) {
      if (x[at + i] > x[at + best]) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void sgd(float[] p, float[] g, int at, int length, float rate, float scale, float decay) {
    for (int i = at; i < at + length; i++) {
      p[i] -= rate * (g[i] * scale + decay * p[i]);
    }
  }

  @Override
  public void adam(AdamStep step, float[] p, float[] g, float[] m, float[] v, int at, int length) {
    for (int i = at; i < at + length; i++) {
      float gradient = g[i] * step.scale() + step.decay() * p[i];
      m[i] += (gradient - m[i]) * step.oneMinusBeta1();
      v[i] = v[i] * step.beta2() + gradient * gradient * step.oneMinusBeta2();
      float denominator = (float) Math.sqrt(v[i]) / step.rootCorrection() + step.epsilon();
      p[i] = p[i] * step.shrink() - step.rate() * m[i] / denominator;
    }
  }

  @Override
  public void momentum(MomentumStep step, float[] p, float[] g, float[] b, int at, int length) {
    for (int i = at; i < at + length; i++) {
      float gradient = g[i] * step.scale() + step.decay() * p[i];
      b[i] = step.first() ? gradient : b[i] * step.momentum() + gradient * step.share();
      float direction = step.nesterov() ? gradient + b[i] * step.momentum() : b[i];
      p[i] -= direction * step.rate();
    }
  }

  @Override
  public void rmsProp(
      RmsPropStep step, float[] p, float[] g, float[] v, float[] m, float[] b, int at, int length) {
    for (int i = at; i < at + length; i++) {
      float gradient = g[i] * step.scale() + step.decay() * p[i];
      v[i] = v[i] * step.alpha() + gradient * gradient * step.oneMinusAlpha();
      float variance = v[i];
      if (step.centered()) {
        m[i] += (gradient - m[i]) * step.oneMinusAlpha();
        variance = Math.max(v[i] - m[i] * m[i], 0f);
      }
      float direction = gradient / ((float) Math.sqrt(variance) + step.epsilon());
      if (step.momentum() != 0) {
        b[i] = b[i] * step.momentum() + direction;
        direction = b[i];
      }
      p[i] -= direction * step.rate();
    }
  }

  @Override
  public void adagrad(AdagradStep step, float[] p, float[] g, float[] s, int at, int length) {
    for (int i = at; i < at + length; i++) {
      float gradient = g[i] * step.scale() + step.decay() * p[i];
      s[i] += gradient * gradient;
      p[i] -= gradient * step.rate() / ((float) Math.sqrt(s[i]) + step.epsilon());
    }
  }

  @Override
  public void averaged(AveragedStep step, float[] p, float[] g, float[] a, int at, int length) {
    for (int i = at; i < at + length; i++) {
      float gradient = g[i] * step.scale() + step.decay() * p[i];
      p[i] = p[i] * step.shrink() - gradient * step.rate();
      a[i] = step.share() == 1 ? p[i] : a[i] + (p[i] - a[i]) * step.share();
    }
  }

  @Override
  public void clamp(float limit, float[] x, int at, int length) {
    for (int i = at; i < at + length; i++) {
      x[i] = Math.min(Math.max(x[i], -limit), limit);
    }
  }
}
