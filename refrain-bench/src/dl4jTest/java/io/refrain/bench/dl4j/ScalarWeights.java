package io.refrain.bench.dl4j;

import io.refrain.bench.workload.InitialWeights;
import java.util.Arrays;

/** Weights in the common order, as drawn or from an array that a test may change. */
interface ScalarWeights {

  double[] next(int size);

  static ScalarWeights drawn(InitialWeights initial) {
    return size -> {
      float[] values = initial.next(size);
      double[] weights = new double[size];
      Arrays.setAll(weights, at -> values[at]);
      return weights;
    };
  }

  static ScalarWeights of(double[] all) {
    int[] start = {0};
    return size -> {
      start[0] += size;
      return Arrays.copyOfRange(all, start[0] - size, start[0]);
    };
  }
}
