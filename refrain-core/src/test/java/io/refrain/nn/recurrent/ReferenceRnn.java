package io.refrain.nn.recurrent;

/**
 * The recurrent network of {@code torch.nn.RNN} written down naively in double precision: the
 * equation, and nothing that makes it fast.
 *
 * @param relu whether the nonlinearity is relu rather than tanh
 */
record ReferenceRnn(
    boolean relu, int layers, int steps, int batch, int input, int hidden, double[] closest) {

  ReferenceRnn(boolean relu, int layers, int steps, int batch, int input, int hidden) {
    this(relu, layers, steps, batch, input, hidden, new double[] {Double.MAX_VALUE});
  }

  /**
   * Runs.
   *
   * @param x [steps, batch, input]
   * @param weights W_ih, W_hh, b_ih, b_hh of each layer in turn, from {@code first} on
   * @param state one [batch, hidden] a layer, which becomes the state after the last step
   * @return [steps, batch, hidden]
   */
  double[] run(double[] x, double[][] weights, int first, double[][] state) {
    double[] sequence = x;
    int width = input;
    for (int layer = 0; layer < layers; layer++) {
      double[] next = new double[steps * batch * hidden];
      for (int t = 0; t < steps; t++) {
        double[] h = step(sequence, t, width, weights, first + 4 * layer, state[layer]);
        System.arraycopy(h, 0, next, t * batch * hidden, h.length);
        state[layer] = h;
      }
      sequence = next;
      width = hidden;
    }
    return sequence;
  }

  private double[] step(
      double[] x, int t, int width, double[][] weights, int first, double[] previous) {
    double[] next = new double[batch * hidden];
    for (int row = 0; row < batch; row++) {
      for (int j = 0; j < hidden; j++) {
        double gate = weights[first + 2][j] + weights[first + 3][j];
        for (int i = 0; i < width; i++) {
          gate += x[(t * batch + row) * width + i] * weights[first][j * width + i];
        }
        for (int i = 0; i < hidden; i++) {
          gate += previous[row * hidden + i] * weights[first + 1][j * hidden + i];
        }
        closest[0] = Math.min(closest[0], Math.abs(gate));
        next[row * hidden + j] = relu ? Math.max(gate, 0) : Math.tanh(gate);
      }
    }
    return next;
  }

  /** How close a gate ever came to relu's kink, where differences are no derivative. */
  double distanceFromKink() {
    return relu ? closest[0] : Double.MAX_VALUE;
  }
}
