package io.refrain.kernel.simd;

import io.refrain.kernel.AdagradStep;
import io.refrain.kernel.AdamStep;
import io.refrain.kernel.AveragedStep;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.MomentumStep;
import io.refrain.kernel.PanelLayout;
import io.refrain.kernel.Panels;
import io.refrain.kernel.RmsPropStep;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on the Vector API, for the widest vectors that the machine prefers.
 *
 * <p>The end of a range goes through the same operations as the rest, each rounded once: an
 * element's value must not depend on where a range was cut.
 */
public final class SimdKernels implements Kernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Rows summed in single precision before they join the total of a column. */
  private static final int SUM_BLOCK = 256;

  /** Values whose squares are summed in single precision before they join the total. */
  private static final int NORM_BLOCK = 64 * LANES;

  /** Creates the kernels; fails with a LinkageError where the Vector API's module is absent. */
  public SimdKernels() {}

  @Override
  public String description() {
    return SPECIES.vectorBitSize() + "-bit vectors";
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public PanelLayout layout() {
    return MatrixProduct.LAYOUT;
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
    if (transposed) {
      Packing.packTransposed(k, from, to, b, bAt, leading, panels.memory());
    } else {
      Packing.pack(k, n, from, to, b, bAt, leading, panels.memory());
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
    MatrixProduct.multiply(m, k, from, to, a, aAt, aRow, aStep, b, c, cAt, cRow);
  }

  @Override
  public void tanh(float[] x, int xAt, float[] y, int yAt, int length) {
    Elementary.tanh(x, xAt, y, yAt, length);
  }

  @Override
  public void sigmoid(float[] x, int xAt, float[] y, int yAt, int length) {
    Elementary.sigmoid(x, xAt, y, yAt, length);
  }

  // Explicit vectors, for the compiler cannot know that the arrays are not the same one. The scalar
  // loops at the ends do the same operations, so they round to the same bits.

  @Override
  public void relu(float[] x, int xAt, float[] y, int yAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xAt + i);
      v.blend(0f, v.compare(VectorOperators.LT, 0f)).intoArray(y, yAt + i);
    }
    for (; i < length; i++) {
      y[yAt + i] = x[xAt + i] < 0 ? 0 : x[xAt + i];
    }
  }

  @Override
  public void tanhBackward(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, y, yAt + i);
      FloatVector slope = FloatVector.broadcast(SPECIES, 1f).sub(v.mul(v));
      FloatVector.fromArray(SPECIES, dy, dyAt + i).mul(slope).intoArray(dx, dxAt + i);
    }
    for (; i < length; i++) {
      dx[dxAt + i] = dy[dyAt + i] * (1 - y[yAt + i] * y[yAt + i]);
    }
  }

  @Override
  public void sigmoidBackward(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, y, yAt + i);
      FloatVector rest = FloatVector.broadcast(SPECIES, 1f).sub(v);
      FloatVector.fromArray(SPECIES, dy, dyAt + i).mul(v).mul(rest).intoArray(dx, dxAt + i);
    }
    for (; i < length; i++) {
      dx[dxAt + i] = dy[dyAt + i] * y[yAt + i] * (1 - y[yAt + i]);
    }
  }

  @Override
  public void reluBackward(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, y, yAt + i);
      FloatVector.fromArray(SPECIES, dy, dyAt + i)
          .blend(0f, v.compare(VectorOperators.GT, 0f).not())
          .intoArray(dx, dxAt + i);
    }
    for (; i < length; i++) {
      dx[dxAt + i] = y[yAt + i] > 0 ? dy[dyAt + i] : 0;
    }
  }

  @Override
  public void add(float[] x, int xAt, float[] y, int yAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, y, yAt + i)
          .add(FloatVector.fromArray(SPECIES, x, xAt + i))
          .intoArray(y, yAt + i);
    }
    for (; i < length; i++) {
      y[yAt + i] += x[xAt + i];
    }
  }

  @Override
  public void sum(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xAt + i)
          .add(FloatVector.fromArray(SPECIES, y, yAt + i))
          .intoArray(z, zAt + i);
    }
    for (; i < length; i++) {
      z[zAt + i] = x[xAt + i] + y[yAt + i];
    }
  }

  @Override
  public void difference(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xAt + i)
          .sub(FloatVector.fromArray(SPECIES, y, yAt + i))
          .intoArray(z, zAt + i);
    }
    for (; i < length; i++) {
      z[zAt + i] = x[xAt + i] - y[yAt + i];
    }
  }

  @Override
  public void product(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xAt + i)
          .mul(FloatVector.fromArray(SPECIES, y, yAt + i))
          .intoArray(z, zAt + i);
    }
    for (; i < length; i++) {
      z[zAt + i] = x[xAt + i] * y[yAt + i];
    }
  }

  @Override
  public void quotient(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xAt + i)
          .div(FloatVector.fromArray(SPECIES, y, yAt + i))
          .intoArray(z, zAt + i);
    }
    for (; i < length; i++) {
      z[zAt + i] = x[xAt + i] / y[yAt + i];
    }
  }

  @Override
  public void oneMinus(float[] x, int xAt, float[] y, int yAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.broadcast(SPECIES, 1f)
          .sub(FloatVector.fromArray(SPECIES, x, xAt + i))
          .intoArray(y, yAt + i);
    }
    for (; i < length; i++) {
      y[yAt + i] = 1 - x[xAt + i];
    }
  }

  @Override
  public void addProduct(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector product =
          FloatVector.fromArray(SPECIES, x, xAt + i)
              .mul(FloatVector.fromArray(SPECIES, y, yAt + i));
      FloatVector.fromArray(SPECIES, z, zAt + i).add(product).intoArray(z, zAt + i);
    }
    for (; i < length; i++) {
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
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector from = FloatVector.fromArray(SPECIES, x, xAt + i);
      FloatVector way = FloatVector.fromArray(SPECIES, y, yAt + i).sub(from);
      from.add(way.mul(FloatVector.fromArray(SPECIES, share, shareAt + i))).intoArray(z, zAt + i);
    }
    for (; i < length; i++) {
      z[zAt + i] = x[xAt + i] + (y[yAt + i] - x[xAt + i]) * share[shareAt + i];
    }
  }

  @Override
  public float normalize(float[] x, int xAt, float[] y, int yAt, int length) {
    return Normalization.forward(x, xAt, y, yAt, length);
  }

  @Override
  public void normalizeBackward(
      float[] y, int yAt, float[] dy, int dyAt, float scale, float[] dx, int dxAt, int length) {
    Normalization.backward(y, yAt, dy, dyAt, scale, dx, dxAt, length);
  }

  @Override
  public void mask(long seed, int first, int drop, float value, float[] mask, int at, int length) {
    Masks.draw(seed, first, drop, value, mask, at, length);
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
    for (int row = 0; row < rows; row += SUM_BLOCK) {
      int count = Math.min(SUM_BLOCK, rows - row);
      int first = xAt + row * leading;
      int column = 0;
      for (; column <= length - 4 * LANES; column += 4 * LANES) {
        sumFourColumns(count, x, first + column, leading, sums, sumsAt + column);
      }
      for (; column <= length - LANES; column += LANES) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0, from = first + column; i < count; i++, from += leading) {
          sum = sum.add(FloatVector.fromArray(SPECIES, x, from));
        }
        sum.add(FloatVector.fromArray(SPECIES, sums, sumsAt + column))
            .intoArray(sums, sumsAt + column);
      }
      for (; column < length; column++) {
        float sum = 0;
        for (int i = 0, from = first + column; i < count; i++, from += leading) {
          sum += x[from];
        }
        sums[sumsAt + column] += sum;
      }
    }
  }

  /** Four vectors of columns: rows are often a power of two apart, where caches hold few lines. */
  private static void sumFourColumns(
      int rows, float[] x, int xAt, int leading, float[] sums, int sumsAt) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int i = 0, from = xAt; i < rows; i++, from += leading) {
      sum0 = sum0.add(FloatVector.fromArray(SPECIES, x, from));
      sum1 = sum1.add(FloatVector.fromArray(SPECIES, x, from + LANES));
      sum2 = sum2.add(FloatVector.fromArray(SPECIES, x, from + 2 * LANES));
      sum3 = sum3.add(FloatVector.fromArray(SPECIES, x, from + 3 * LANES));
    }
    sum0.add(FloatVector.fromArray(SPECIES, sums, sumsAt)).intoArray(sums, sumsAt);
    sum1.add(FloatVector.fromArray(SPECIES, sums, sumsAt + LANES)).intoArray(sums, sumsAt + LANES);
    sum2.add(FloatVector.fromArray(SPECIES, sums, sumsAt + 2 * LANES))
        .intoArray(sums, sumsAt + 2 * LANES);
    sum3.add(FloatVector.fromArray(SPECIES, sums, sumsAt + 3 * LANES))
        .intoArray(sums, sumsAt + 3 * LANES);
  }

  @Override
  public double squaredNorm(float[] x, int at, int length) {
    double total = 0;
    for (int from = at; from < at + length; from += NORM_BLOCK) {
      total += Elementary.squaredNorm(x, from, Math.min(at + length, from + NORM_BLOCK));
    }
    return total;
  }

  @Override
  public double softmax(float[] x, int xAt, float[] y, int yAt, int length) {
    float maximum = Elementary.maximum(x, xAt, length);
    float sum = Elementary.exp(1f, maximum, x, xAt, y, yAt, length);
    scale(1 / sum, y, yAt, length);
    return maximum + Math.log(sum);
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
    float maximum = Elementary.maximum(logits, at, length);
    float targetLogit = logits[at + target];
    float sum = Elementary.exp(1f, maximum, logits, at, gradient, gradientAt, length);
    scale(scale / sum, gradient, gradientAt, length);
    gradient[gradientAt + target] -= scale;
    return Math.log(sum) - ((double) targetLogit - maximum);
  }

  @Override
  public int argmax(float[] x, int at, int length) {
    float maximum = Elementary.maximum(x, at, length);
    for (int i = 0; i < length; i++) {
      if (x[at + i] == maximum) {
        return i;
      }
    }
    return 0;
  }

  @Override
  public void sgd(float[] p, float[] g, int at, int length, float rate, float scale, float decay) {
    for (int i = at; i < at + length; i++) {
      p[i] -= rate * (g[i] * scale + decay * p[i]);
    }
  }

  @Override
  public void adam(AdamStep step, float[] p, float[] g, float[] m, float[] v, int at, int length) {
    OptimizerSteps.adam(step, p, g, m, v, at, at + length);
  }

  @Override
  public void momentum(MomentumStep step, float[] p, float[] g, float[] b, int at, int length) {
    OptimizerSteps.momentum(step, p, g, b, at, at + length);
  }

  @Override
  public void rmsProp(
      RmsPropStep step, float[] p, float[] g, float[] v, float[] m, float[] b, int at, int length) {
    OptimizerSteps.rmsProp(step, p, g, v, m, b, at, at + length);
  }

  @Override
  public void adagrad(AdagradStep step, float[] p, float[] g, float[] s, int at, int length) {
    OptimizerSteps.adagrad(step, p, g, s, at, at + length);
  }

  @Override
  public void averaged(AveragedStep step, float[] p, float[] g, float[] a, int at, int length) {
    OptimizerSteps.averaged(step, p, g, a, at, at + length);
  }

  @Override
  public void clamp(float limit, float[] x, int at, int length) {
    OptimizerSteps.clamp(limit, x, at, at + length);
  }
}
