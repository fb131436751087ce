package io.refrain.bench.dl4j;

import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.RecurrentShape;
import java.util.ArrayList;
import java.util.List;

/** The equations of torch.nn.LSTM, one number after the other, in double precision. */
final class ScalarLstm {
  private final int hidden;
  private final List<Layer> layers = new ArrayList<>();

  private final class Layer {
    private final double[] inputWeights;
    private final double[] stateWeights;
    private final double[] inputBias;
    private final double[] stateBias;
    private double[] output = new double[hidden];
    private final double[] memory = new double[hidden];

    Layer(ScalarWeights weights, int inputs) {
      inputWeights = weights.next(4 * hidden * inputs);
      stateWeights = weights.next(4 * hidden * hidden);
      inputBias = weights.next(4 * hidden);
      stateBias = weights.next(4 * hidden);
    }

    double[] read(double[] input) {
      double[] next = new double[hidden];
      for (int unit = 0; unit < hidden; unit++) {
        double in = sigmoid(sum(unit, input));
        double forget = sigmoid(sum(hidden + unit, input));
        double candidate = Math.tanh(sum(2 * hidden + unit, input));
        double out = sigmoid(sum(3 * hidden + unit, input));
        memory[unit] = forget * memory[unit] + in * candidate;
        next[unit] = out * Math.tanh(memory[unit]);
      }
      output = next;
      return next;
    }

    private double sum(int row, double[] input) {
      double sum = inputBias[row] + stateBias[row];
      for (int at = 0; at < input.length; at++) {
        sum += inputWeights[row * input.length + at] * input[at];
      }
      for (int at = 0; at < hidden; at++) {
        sum += stateWeights[row * hidden + at] * output[at];
      }
      return sum;
    }
  }

  ScalarLstm(RecurrentShape shape, InitialWeights initial) {
    this(shape, ScalarWeights.drawn(initial));
  }

  ScalarLstm(RecurrentShape shape, ScalarWeights weights) {
    hidden = shape.hidden();
    for (int layer = 0; layer < shape.layers(); layer++) {
      layers.add(new Layer(weights, shape.inputs(layer)));
    }
  }

  /** One time step through all layers. */
  void read(double[] input) {
    double[] current = input;
    for (Layer layer : layers) {
      current = layer.read(current);
    }
  }

  /** The hidden state of the last layer. */
  double[] output() {
    return layers.getLast().output;
  }

  private static double sigmoid(double value) {
    return 1 / (1 + Math.exp(-value));
  }
}
