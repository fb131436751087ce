package io.refrain.nn.recurrent;

import io.refrain.nn.recurrent.ElmanCell.Nonlinearity;
import io.refrain.nn.recurrent.ReferenceCell.Step;

/** Every cell, with its equations as its paper or PyTorch's documentation writes them. */
enum TestedCell {
  ELMAN_TANH(new ElmanCell(Nonlinearity.TANH), TestedCell::elmanTanh),
  ELMAN_RELU(new ElmanCell(Nonlinearity.RELU), TestedCell::elmanRelu),
  LSTM(new LstmCell(), TestedCell::lstm),
  GRU(new GruCell(), TestedCell::gru),
  LAYER_NORM_LSTM(new LayerNormLstmCell(), TestedCell::layerNormLstm),
  LAYER_NORM_GRU(new LayerNormGruCell(), TestedCell::layerNormGru),
  MIN_GRU(new MinGruCell(), TestedCell::minGru),
  MIN_LSTM(new MinLstmCell(), TestedCell::minLstm);

  private static final double EPSILON = 1e-5; // PyTorch's, added to a variance

  @SuppressWarnings("ImmutableEnumChecker") // cells hold nothing, lambdas capture nothing
  final Cell cell;

  @SuppressWarnings("ImmutableEnumChecker")
  final ReferenceCell reference;

  TestedCell(Cell cell, ReferenceCell reference) {
    this.cell = cell;
    this.reference = reference;
  }

  boolean projectable() {
    return cell instanceof StepCell step && step.projectable();
  }

  boolean hasCellState() {
    return RecurrentLayer.states(cell) > 1;
  }

  boolean hasHiddenWeight() {
    return cell instanceof StepCell;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double[][] elmanTanh(Step s, int hidden) {
    double[] h = new double[hidden];
    for (int i = 0; i < hidden; i++) {
      h[i] = Math.tanh(s.gate(0, i, hidden));
    }
    return new double[][] {h};
  }

  private static double[][] elmanRelu(Step s, int hidden) {
    double[] h = new double[hidden];
    for (int i = 0; i < hidden; i++) {
      s.roughness().kink(Math.abs(s.gate(0, i, hidden)));
      h[i] = Math.max(0, s.gate(0, i, hidden));
    }
    return new double[][] {h};
  }

  /** {@code torch.nn.LSTM}: blocks i, f, g, o. */
  private static double[][] lstm(Step s, int hidden) {
    double[] h = new double[hidden];
    double[] c = new double[hidden];
    for (int j = 0; j < hidden; j++) {
      double i = sigmoid(s.gate(0, j, hidden));
      double f = sigmoid(s.gate(1, j, hidden));
      double g = Math.tanh(s.gate(2, j, hidden));
      double o = sigmoid(s.gate(3, j, hidden));
      c[j] = f * s.previous()[1][j] + i * g;
      h[j] = o * Math.tanh(c[j]);
    }
    return new double[][] {h, c};
  }

  /** {@code torch.nn.GRU}: blocks r, z, n. */
  private static double[][] gru(Step s, int hidden) {
    double[] h = new double[hidden];
    for (int j = 0; j < hidden; j++) {
      double r = sigmoid(s.gate(0, j, hidden));
      double z = sigmoid(s.gate(1, j, hidden));
      double n = Math.tanh(s.x()[2 * hidden + j] + r * s.h()[2 * hidden + j]);
      h[j] = (1 - z) * n + z * s.previous()[0][j];
    }
    return new double[][] {h};
  }

  /** Ba, Kiros and Hinton 2016, equations 20 to 22, in PyTorch's order of gates. */
  private static double[][] layerNormLstm(Step s, int hidden) {
    double[] x = normalized(s.x(), 0, 4 * hidden, s);
    double[] recurrent = normalized(s.h(), 0, 4 * hidden, s);
    double[] gates = new double[4 * hidden];
    for (int i = 0; i < gates.length; i++) {
      gates[i] =
          s.own().apply("gain_ih")[i] * x[i]
              + s.own().apply("gain_hh")[i] * recurrent[i]
              + s.own().apply("bias")[i];
    }
    double[] c = new double[hidden];
    for (int j = 0; j < hidden; j++) {
      c[j] =
          sigmoid(gates[hidden + j]) * s.previous()[1][j]
              + sigmoid(gates[j]) * Math.tanh(gates[2 * hidden + j]);
    }
    double[] normal = normalized(c, 0, hidden, s);
    double[] h = new double[hidden];
    for (int j = 0; j < hidden; j++) {
      double inner = s.own().apply("gain_c")[j] * normal[j] + s.own().apply("bias_c")[j];
      h[j] = sigmoid(gates[3 * hidden + j]) * Math.tanh(inner);
    }
    return new double[][] {h, c};
  }

  /** The same paper, equations 27 to 29: r and z are normalized together, n by itself. */
  private static double[][] layerNormGru(Step s, int hidden) {
    double[] x = normalized(s.x(), 0, 2 * hidden, s);
    double[] recurrent = normalized(s.h(), 0, 2 * hidden, s);
    double[] candidateX = normalized(s.x(), 2 * hidden, hidden, s);
    double[] candidateH = normalized(s.h(), 2 * hidden, hidden, s);
    double[] gainX = s.own().apply("gain_ih");
    double[] gainH = s.own().apply("gain_hh");
    double[] bias = s.own().apply("bias");
    double[] h = new double[hidden];
    for (int j = 0; j < hidden; j++) {
      int z = hidden + j;
      int n = 2 * hidden + j;
      double reset = sigmoid(gainX[j] * x[j] + gainH[j] * recurrent[j] + bias[j]);
      double update = sigmoid(gainX[z] * x[z] + gainH[z] * recurrent[z] + bias[z]);
      double past = gainH[n] * candidateH[j] + s.own().apply("bias_hn")[j];
      double candidate = Math.tanh(gainX[n] * candidateX[j] + bias[n] + reset * past);
      h[j] = (1 - update) * candidate + update * s.previous()[0][j];
    }
    return new double[][] {h};
  }

  private static double[] normalized(double[] row, int from, int length, Step s) {
    double mean = 0;
    for (int i = 0; i < length; i++) {
      mean += row[from + i] / length;
    }
    double variance = 0;
    for (int i = 0; i < length; i++) {
      variance += (row[from + i] - mean) * (row[from + i] - mean) / length;
    }
    s.roughness().variance(length == 1 ? 0 : variance);
    double[] result = new double[length];
    for (int i = 0; i < length; i++) {
      result[i] = (row[from + i] - mean) / Math.sqrt(variance + EPSILON);
    }
    return result;
  }

  /** Feng et al. 2024, section 3.1. */
  private static double[][] minGru(Step s, int hidden) {
    double[] h = new double[hidden];
    for (int j = 0; j < hidden; j++) {
      double z = sigmoid(s.x()[j]);
      h[j] = (1 - z) * s.previous()[0][j] + z * s.x()[hidden + j];
    }
    return new double[][] {h};
  }

  /** Feng et al. 2024, section 3.2: forget and input gate divided by their sum. */
  private static double[][] minLstm(Step s, int hidden) {
    double[] h = new double[hidden];
    for (int j = 0; j < hidden; j++) {
      double f = sigmoid(s.x()[j]);
      double i = sigmoid(s.x()[hidden + j]);
      h[j] = f / (f + i) * s.previous()[0][j] + i / (f + i) * s.x()[2 * hidden + j];
    }
    return new double[][] {h};
  }
}
