package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import java.util.List;

/**
 * The LSTM with layer normalization (Ba, Kiros and Hinton 2016, equations 20 to 22). With {@code
 * LN} for a row that is normalized and multiplied by a gain:
 *
 * <pre>
 *   gates = LN(W_ih · x) + LN(W_hh · h) + bias      i, f, g, o
 *   c' = sigmoid(f) ⊙ c + sigmoid(i) ⊙ tanh(g)
 *   h' = sigmoid(o) ⊙ tanh(LN(c') + bias)
 * </pre>
 *
 * <p>The paper has two biases of the gates, which add up to the one here.
 */
public final class LayerNormLstmCell implements StepCell {
  private static final Kernels KERNELS = Kernels.get();

  // the cell's parameters, in this order
  private static final int GAIN_INPUT = 0;
  private static final int GAIN_HIDDEN = 1;
  private static final int BIAS = 2;
  private static final int GAIN_CELL = 3;
  private static final int BIAS_CELL = 4;

  /** Creates the cell. */
  public LayerNormLstmCell() {}

  @Override
  public Squashing squashing() {
    return Squashing.tanh();
  }

  @Override
  public int gates() {
    return 4;
  }

  @Override
  public int states() {
    return 2;
  }

  @Override
  public boolean biased() {
    return false;
  }

  @Override
  public int recurrentApart() {
    return gates();
  }

  @Override
  public boolean projectable() {
    return true;
  }

  @Override
  public List<CellParameter> parameters() {
    return List.of(
        new CellParameter("gain_ih", 4, 1),
        new CellParameter("gain_hh", 4, 1),
        new CellParameter("bias", 4, 0),
        new CellParameter("gain_c", 1, 1),
        new CellParameter("bias_c", 1, 0));
  }

  /** The gates i, f, g, o; normalized c'; tanh; 1 / deviation of input, hidden state and c'. */
  @Override
  public int notes(int hidden) {
    return 6 * hidden + 3;
  }

  @Override
  public void forward(CellStep s) {
    int n = s.hidden;
    float[] notes = s.notes;
    float[] c = s.next[1];
    for (int row = 0; row < s.rows; row++) {
      int x = s.gateAt(row, 0);
      int h = s.recurrentAt(row, 0);
      int i = s.noteAt(row, 0);
      int f = i + n;
      int g = f + n;
      int o = g + n;
      int normal = o + n;
      int tanhC = normal + n;
      int scales = tanhC + n;
      int at = s.nextAt(row);

      System.arraycopy(s.parameters[BIAS], 0, notes, i, 4 * n);
      float[] gain = s.parameters[GAIN_INPUT];
      notes[scales] = LayerNormalization.forward(s.gates, x, gain, 0, notes, i, 4 * n);
      gain = s.parameters[GAIN_HIDDEN];
      notes[scales + 1] = LayerNormalization.forward(s.recurrent, h, gain, 0, notes, i, 4 * n);
      KERNELS.sigmoid(notes, i, notes, i, 2 * n);
      KERNELS.tanh(notes, g, notes, g, n);
      KERNELS.sigmoid(notes, o, notes, o, n);

      KERNELS.product(notes, f, s.previous[1], s.previousAt(row), c, at, n);
      KERNELS.addProduct(notes, i, notes, g, c, at, n);
      System.arraycopy(c, at, notes, normal, n);
      System.arraycopy(s.parameters[BIAS_CELL], 0, notes, tanhC, n);
      gain = s.parameters[GAIN_CELL];
      notes[scales + 2] = LayerNormalization.forward(notes, normal, gain, 0, notes, tanhC, n);
      KERNELS.tanh(notes, tanhC, notes, tanhC, n);
      KERNELS.product(notes, o, notes, tanhC, s.next[0], at, n);
    }
  }

  @Override
  public void backward(CellStep s) {
    int n = s.hidden;
    float[] notes = s.notes;
    float[] dh = s.hiddenGradient;
    float[] dc = s.carriedGradient[1];
    float[] d = s.scratch;
    for (int row = 0; row < s.rows; row++) {
      int i = s.noteAt(row, 0);
      int f = i + n;
      int g = f + n;
      int o = g + n;
      int normal = o + n;
      int tanhC = normal + n;
      int scales = tanhC + n;
      int dhAt = s.hiddenGradientAt(row);
      int dcAt = s.carriedAt(row);

      KERNELS.product(dh, dhAt, notes, tanhC, d, 3 * n, n); // h' = o ⊙ tanh
      KERNELS.product(dh, dhAt, notes, o, d, 0, n);
      KERNELS.sigmoidBackward(notes, o, d, 3 * n, notes, o, n);
      KERNELS.tanhBackward(notes, tanhC, d, 0, notes, tanhC, n);
      KERNELS.add(notes, tanhC, s.parameterGradients[BIAS_CELL], s.parameterAt(row, n), n);
      normalizeBackward(s, GAIN_CELL, n, row, notes, normal, notes, tanhC, notes[scales + 2]);
      KERNELS.add(notes, normal, dc, dcAt, n);

      KERNELS.product(dc, dcAt, notes, g, d, 0, n); // c' = f ⊙ c + i ⊙ g
      KERNELS.product(dc, dcAt, s.previous[1], s.previousAt(row), d, n, n);
      KERNELS.product(dc, dcAt, notes, i, d, 2 * n, n);
      KERNELS.product(dc, dcAt, notes, f, dc, dcAt, n);
      KERNELS.sigmoidBackward(notes, i, d, 0, notes, i, 2 * n);
      KERNELS.tanhBackward(notes, g, d, 2 * n, notes, g, n);

      int x = s.gateAt(row, 0);
      int h = s.recurrentAt(row, 0);
      KERNELS.add(notes, i, s.parameterGradients[BIAS], s.parameterAt(row, 4 * n), 4 * n);
      normalizeBackward(s, GAIN_INPUT, 4 * n, row, s.gates, x, notes, i, notes[scales]);
      normalizeBackward(s, GAIN_HIDDEN, 4 * n, row, s.recurrent, h, notes, i, notes[scales + 1]);
    }
  }

  private static void normalizeBackward(
      CellStep s,
      int parameter,
      int length,
      int row,
      float[] normal,
      int at,
      float[] gradient,
      int gradientAt,
      float scale) {
    LayerNormalization.backward(
        normal,
        at,
        gradient,
        gradientAt,
        scale,
        s.parameters[parameter],
        0,
        s.parameterGradients[parameter],
        s.parameterAt(row, length),
        s.scratch,
        0,
        length);
  }
}
