package io.refrain.nn.recurrent;

import java.util.function.Function;

/** The equations of a cell in double precision, for one sequence at one time step. */
@FunctionalInterface
interface ReferenceCell {

  /**
   * What a step is computed from.
   *
   * @param x {@code W_ih · x + b_ih}, [gates·hidden]
   * @param h {@code W_hh · h + b_hh}, [gates·hidden]; zeros for a cell without such a weight
   * @param previous the states before the step; the first may be projected
   * @param own the cell's own parameters by name
   * @param roughness is told where the equations are hardly smooth
   */
  record Step(
      double[] x,
      double[] h,
      double[][] previous,
      Function<String, double[]> own,
      Roughness roughness) {

    /** The sum that most cells call a gate: value {@code i} of block {@code block}. */
    double gate(int block, int i, int hidden) {
      return x[block * hidden + i] + h[block * hidden + i];
    }
  }

  /** The states after a step, the first not yet projected, each [hidden]. */
  double[][] next(Step step, int hidden);

  /** How near a run came to where differences are no derivative, or rounding grows. */
  final class Roughness {
    private double nearestKink = Double.MAX_VALUE;
    private double smallestVariance = Double.MAX_VALUE;

    /** Notes how far from a kink the equations were evaluated. */
    void kink(double distance) {
      nearestKink = Math.min(nearestKink, distance);
    }

    /** Notes a variance that something was divided by the root of. */
    void variance(double variance) {
      if (variance > 0) { // a row of equal values is normalized to zeros without rounding
        smallestVariance = Math.min(smallestVariance, variance);
      }
    }

    /** How much rounding may grow; infinite where differences are no derivative. */
    double growth() {
      return nearestKink < 1e-4 ? Double.POSITIVE_INFINITY : 1 + 0.1 / smallestVariance;
    }
  }
}
