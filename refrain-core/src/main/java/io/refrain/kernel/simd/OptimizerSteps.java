package io.refrain.kernel.simd;

import io.refrain.kernel.AdagradStep;
import io.refrain.kernel.AdamStep;
import io.refrain.kernel.AveragedStep;
import io.refrain.kernel.MomentumStep;
import io.refrain.kernel.RmsPropStep;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The steps of optimizers over the values {@code from} to {@code end} of one parameter. What is
 * left over after whole vectors goes through the same operations in the same order, each rounded
 * once, so that it comes to the same bits.
 */
final class OptimizerSteps {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private OptimizerSteps() {}

  /** g · scale + p · decay. */
  private static FloatVector gradient(
      float[] g, int i, float scale, FloatVector weight, float decay) {
    return FloatVector.fromArray(SPECIES, g, i).mul(scale).add(weight.mul(decay));
  }

  static void adam(AdamStep step, float[] p, float[] g, float[] m, float[] v, int from, int end) {
    int i = from;
    for (; i <= end - LANES; i += LANES) {
      FloatVector weight = FloatVector.fromArray(SPECIES, p, i);
      FloatVector gradient = gradient(g, i, step.scale(), weight, step.decay());
      FloatVector first = FloatVector.fromArray(SPECIES, m, i);
      first = first.add(gradient.sub(first).mul(step.oneMinusBeta1()));
      FloatVector second = FloatVector.fromArray(SPECIES, v, i).mul(step.beta2());
      second = second.add(gradient.mul(gradient).mul(step.oneMinusBeta2()));
      first.intoArray(m, i);
      second.intoArray(v, i);
      FloatVector denominator = second.sqrt().div(step.rootCorrection()).add(step.epsilon());
      weight.mul(step.shrink()).sub(first.mul(step.rate()).div(denominator)).intoArray(p, i);
    }
    for (; i < end; i++) {
      float gradient = g[i] * step.scale() + p[i] * step.decay();
      m[i] = m[i] + (gradient - m[i]) * step.oneMinusBeta1();
      v[i] = v[i] * step.beta2() + gradient * gradient * step.oneMinusBeta2();
      float denominator = (float) Math.sqrt(v[i]) / step.rootCorrection() + step.epsilon();
      p[i] = p[i] * step.shrink() - m[i] * step.rate() / denominator;
    }
  }

  static void momentum(MomentumStep step, float[] p, float[] g, float[] b, int from, int end) {
    int i = from;
    for (; i <= end - LANES; i += LANES) {
      FloatVector weight = FloatVector.fromArray(SPECIES, p, i);
      FloatVector gradient = gradient(g, i, step.scale(), weight, step.decay());
      FloatVector buffer = gradient;
      if (!step.first()) {
        buffer = FloatVector.fromArray(SPECIES, b, i).mul(step.momentum());
        buffer = buffer.add(gradient.mul(step.share()));
      }
      buffer.intoArray(b, i);
      FloatVector direction = step.nesterov() ? gradient.add(buffer.mul(step.momentum())) : buffer;
      weight.sub(direction.mul(step.rate())).intoArray(p, i);
    }
    for (; i < end; i++) {
      float gradient = g[i] * step.scale() + p[i] * step.decay();
      b[i] = step.first() ? gradient : b[i] * step.momentum() + gradient * step.share();
      float direction = step.nesterov() ? gradient + b[i] * step.momentum() : b[i];
      p[i] = p[i] - direction * step.rate();
    }
  }

  static void rmsProp(
      RmsPropStep step, float[] p, float[] g, float[] v, float[] m, float[] b, int from, int end) {
    int i = from;
    for (; i <= end - LANES; i += LANES) {
      FloatVector weight = FloatVector.fromArray(SPECIES, p, i);
      FloatVector gradient = gradient(g, i, step.scale(), weight, step.decay());
      FloatVector square = FloatVector.fromArray(SPECIES, v, i).mul(step.alpha());
      square = square.add(gradient.mul(gradient).mul(step.oneMinusAlpha()));
      square.intoArray(v, i);
      FloatVector variance = square;
      if (step.centered()) {
        FloatVector mean = FloatVector.fromArray(SPECIES, m, i);
        mean = mean.add(gradient.sub(mean).mul(step.oneMinusAlpha()));
        mean.intoArray(m, i);
        variance = square.sub(mean.mul(mean)).max(0f);
      }
      FloatVector direction = gradient.div(variance.sqrt().add(step.epsilon()));
      if (step.momentum() != 0) {
        direction = FloatVector.fromArray(SPECIES, b, i).mul(step.momentum()).add(direction);
        direction.intoArray(b, i);
      }
      weight.sub(direction.mul(step.rate())).intoArray(p, i);
    }
    for (; i < end; i++) {
      float gradient = g[i] * step.scale() + p[i] * step.decay();
      v[i] = v[i] * step.alpha() + gradient * gradient * step.oneMinusAlpha();
      float variance = v[i];
      if (step.centered()) {
        m[i] = m[i] + (gradient - m[i]) * step.oneMinusAlpha();
        variance = Math.max(v[i] - m[i] * m[i], 0f);
      }
      float direction = gradient / ((float) Math.sqrt(variance) + step.epsilon());
      if (step.momentum() != 0) {
        direction = b[i] * step.momentum() + direction;
        b[i] = direction;
      }
      p[i] = p[i] - direction * step.rate();
    }
  }

  static void adagrad(AdagradStep step, float[] p, float[] g, float[] s, int from, int end) {
    int i = from;
    for (; i <= end - LANES; i += LANES) {
      FloatVector weight = FloatVector.fromArray(SPECIES, p, i);
      FloatVector gradient = gradient(g, i, step.scale(), weight, step.decay());
      FloatVector sum = FloatVector.fromArray(SPECIES, s, i).add(gradient.mul(gradient));
      sum.intoArray(s, i);
      FloatVector denominator = sum.sqrt().add(step.epsilon());
      weight.sub(gradient.mul(step.rate()).div(denominator)).intoArray(p, i);
    }
    for (; i < end; i++) {
      float gradient = g[i] * step.scale() + p[i] * step.decay();
      s[i] = s[i] + gradient * gradient;
      p[i] = p[i] - gradient * step.rate() / ((float) Math.sqrt(s[i]) + step.epsilon());
    }
  }

  static void averaged(AveragedStep step, float[] p, float[] g, float[] a, int from, int end) {
    boolean copied = step.share() == 1;
    int i = from;
    for (; i <= end - LANES; i += LANES) {
      FloatVector weight = FloatVector.fromArray(SPECIES, p, i);
      FloatVector gradient = gradient(g, i, step.scale(), weight, step.decay());
      weight = weight.mul(step.shrink()).sub(gradient.mul(step.rate()));
      weight.intoArray(p, i);
      FloatVector average = weight;
      if (!copied) {
        average = FloatVector.fromArray(SPECIES, a, i);
        average = average.add(weight.sub(average).mul(step.share()));
      }
      average.intoArray(a, i);
    }
    for (; i < end; i++) {
      float gradient = g[i] * step.scale() + p[i] * step.decay();
      p[i] = p[i] * step.shrink() - gradient * step.rate();
      a[i] = copied ? p[i] : a[i] + (p[i] - a[i]) * step.share();
    }
  }

  static void clamp(float limit, float[] x, int from, int end) {
    int i = from;
    for (; i <= end - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, i).max(-limit).min(limit).intoArray(x, i);
    }
    for (; i < end; i++) {
      x[i] = Math.min(Math.max(x[i], -limit), limit);
    }
  }
}
