package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import java.util.List;

/**
 * The gated recurrent unit with layer normalization (Ba, Kiros and Hinton 2016, equations 27 to
 * 29), the reset gate after the product as in {@link GruCell}. With {@code LN} for a row that is
 * normalized and multiplied by a gain, r and z together, n by itself:
 *
 * <pre>
 *   r, z = sigmoid(LN(W_ih · x) + LN(W_hh · h) + bias)
 *   n = tanh(LN(W_ih · x) + bias + r ⊙ (LN(W_hh · h) + bias_hn))
 *   h' = (1 - z) ⊙ n + z ⊙ h
 * </pre>
 *
 * <p>The paper's z is 1 - z here, where it means the same as in PyTorch.
 */
public final class LayerNormGruCell implements StepCell {
  private static final Kernels KERNELS = Kernels.get();

  // the cell's parameters, in this order
  private static final int GAIN_INPUT = 0;
  private static final int GAIN_HIDDEN = 1;
  private static final int BIAS = 2;
  private static final int BIAS_CANDIDATE = 3;

  /** Creates the cell. */
  public LayerNormGruCell() {}

  @Override
  public Squashing squashing() {
    return Squashing.tanh();
  }

  @Override
  public int gates() {
    return 3;
  }

  @Override
  public int states() {
    return 1;
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
  public List<CellParameter> parameters() {
    return List.of(
        new CellParameter("gain_ih", 3, 1),
        new CellParameter("gain_hh", 3, 1),
        new CellParameter("bias", 3, 0),
        new CellParameter("bias_hn", 1, 0));
  }

  /** r, z, n; the recurrent part of n; 1 / deviation of r and z, and of n, of input and state. */
  @Override
  public int notes(int hidden) {
    return 4 * hidden + 4;
  }

  @Override
  public void forward(CellStep s) {
    int n = s.hidden;
    float[] notes = s.notes;
    float[] gainX = s.parameters[GAIN_INPUT];
    float[] gainH = s.parameters[GAIN_HIDDEN];
    for (int row = 0; row < s.rows; row++) {
      int x = s.gateAt(row, 0);
      int h = s.recurrentAt(row, 0);
      int xn = x + 2 * n;
      int r = s.noteAt(row, 0);
      int z = r + n;
      int candidate = z + n;
      int hn = candidate + n;
      int scales = hn + n;

      System.arraycopy(s.parameters[BIAS], 0, notes, r, 3 * n);
      System.arraycopy(s.parameters[BIAS_CANDIDATE], 0, notes, hn, n);
      notes[scales] = LayerNormalization.forward(s.gates, x, gainX, 0, notes, r, 2 * n);
      notes[scales + 1] =
          LayerNormalization.forward(s.gates, xn, gainX, 2 * n, notes, candidate, n);
      notes[scales + 2] = LayerNormalization.forward(s.recurrent, h, gainH, 0, notes, r, 2 * n);
      notes[scales + 3] =
          LayerNormalization.forward(s.recurrent, h + 2 * n, gainH, 2 * n, notes, hn, n);

      KERNELS.sigmoid(notes, r, notes, r, 2 * n);
      KERNELS.addProduct(notes, r, notes, hn, notes, candidate, n);
      KERNELS.tanh(notes, candidate, notes, candidate, n);
      int before = s.previousAt(row);
      int at = s.nextAt(row);
      KERNELS.mix(notes, candidate, s.previous[0], before, notes, z, s.next[0], at, n);
    }
  }

  @Override
  public void backward(CellStep s) {
    int n = s.hidden;
    float[] notes = s.notes;
    float[] dh = s.hiddenGradient;
    float[] d = s.scratch;
    for (int row = 0; row < s.rows; row++) {
      int r = s.noteAt(row, 0);
      int z = r + n;
      int candidate = z + n;
      int hn = candidate + n;
      int dhAt = s.hiddenGradientAt(row);

      // h' = n + (h - n) ⊙ z
      KERNELS.addProduct(
          dh, dhAt, notes, z, s.previousHiddenGradient, s.previousHiddenGradientAt(row), n);
      KERNELS.difference(s.previous[0], s.previousAt(row), notes, candidate, d, 0, n);
      KERNELS.product(dh, dhAt, d, 0, d, 0, n);
      KERNELS.product(dh, dhAt, notes, z, d, n, n);
      KERNELS.difference(dh, dhAt, d, n, d, n, n);
      KERNELS.sigmoidBackward(notes, z, d, 0, notes, z, n);
      KERNELS.tanhBackward(notes, candidate, d, n, notes, candidate, n);

      // the candidate's gate is x + r ⊙ hn
      KERNELS.product(notes, candidate, notes, hn, d, 0, n);
      KERNELS.product(notes, candidate, notes, r, notes, hn, n);
      KERNELS.sigmoidBackward(notes, r, d, 0, notes, r, n);
      KERNELS.add(notes, r, s.parameterGradients[BIAS], s.parameterAt(row, 3 * n), 3 * n);
      KERNELS.add(notes, hn, s.parameterGradients[BIAS_CANDIDATE], s.parameterAt(row, n), n);

      int x = s.gateAt(row, 0);
      int h = s.recurrentAt(row, 0);
      int scales = hn + n;
      normalizeBackward(s, GAIN_INPUT, row, s.gates, x, 0, 2 * n, r, notes[scales]);
      normalizeBackward(s, GAIN_INPUT, row, s.gates, x, 2 * n, n, candidate, notes[scales + 1]);
      normalizeBackward(s, GAIN_HIDDEN, row, s.recurrent, h, 0, 2 * n, r, notes[scales + 2]);
      normalizeBackward(s, GAIN_HIDDEN, row, s.recurrent, h, 2 * n, n, hn, notes[scales + 3]);
    }
  }

  /** Of the values {@code from} to {@code from + length} of a row of gates that begins at x. */
  private static void normalizeBackward(
      CellStep s,
      int parameter,
      int row,
      float[] normal,
      int x,
      int from,
      int length,
      int gradient,
      float scale) {
    LayerNormalization.backward(
        normal,
        x + from,
        s.notes,
        gradient,
        scale,
        s.parameters[parameter],
        from,
        s.parameterGradients[parameter],
        s.parameterAt(row, 3 * s.hidden) + from,
        s.scratch,
        0,
        length);
  }
}
