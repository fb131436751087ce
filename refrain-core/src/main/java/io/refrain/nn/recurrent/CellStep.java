package io.refrain.nn.recurrent;

/**
 * One time step of some rows of a batch, as a {@link StepCell} sees it: places in arrays, moved
 * along by the runner. Where threads share the units of a layer, {@link #hidden} is how many of
 * them this step is about; each array is laid out for all of them, so ask for the place of a row
 * and block rather than count.
 */
public final class CellStep {
  private static final float[] NOTHING = {};

  /** Units: values in a state. */
  public final int hidden;

  /** Rows of the batch. */
  public int rows;

  /**
   * Blocks of {@link #hidden} values at {@link #gateAt}. Forward: {@code W_ih · x + b_ih}, and
   * {@code W_hh · h + b_hh} where it is not kept apart. Backward: what forward left, to be replaced
   * by the gradient.
   */
  public float[] gates = NOTHING;

  /**
   * The blocks of {@code W_hh · h + b_hh} that the cell wants {@linkplain StepCell#recurrentApart
   * apart}, at {@link #recurrentAt}; in backward to be replaced by their gradient.
   */
  public float[] recurrent = NOTHING;

  /** What the cell {@linkplain StepCell#notes notes}, at {@link #noteAt}. */
  public float[] notes = NOTHING;

  /** State before the step, at {@link #previousAt(int)}. */
  public final float[][] previous;

  /** State after the step, at {@link #nextAt(int)}. */
  public final float[][] next;

  /** The cell's own {@linkplain Cell#parameters parameters}, each [blocks·hidden]. */
  public final float[][] parameters;

  /**
   * Backward: gradients of the parameters, to add to. Each row of the batch has a sum of its own,
   * at {@link #parameterAt}, so that their order does not depend on how rows are shared between
   * threads.
   */
  public final float[][] parameterGradients;

  /** Backward: gradient of {@code next[0]}, at {@link #hiddenGradientAt(int)}; to be read. */
  public float[] hiddenGradient = NOTHING;

  /**
   * Backward: gradient of {@code previous[0]}, at {@link #previousHiddenGradientAt(int)}; to add
   * to.
   */
  public float[] previousHiddenGradient = NOTHING;

  /**
   * Backward: for every state but the first, the gradient of {@code next} at {@link
   * #carriedAt(int)}, to be replaced by the gradient of {@code previous}. Entry 0 is not used.
   */
  public final float[][] carriedGradient;

  /** Room for the gates of one row, for the cell to use as it likes. */
  public final float[] scratch;

  // where the first row stands in each of the arrays above
  int gatesAt;
  int recurrentAt;
  int notesAt;
  int previousAt;
  int nextAt;
  int hiddenGradientAt;
  int previousHiddenGradientAt;
  int carriedAt;

  /** The first row's number in the batch. */
  int firstRow;

  /** Values from one block of a row to the next. */
  private final int stride;

  /** Values from one row of a state to the next. */
  private final int stateStride;

  private final int gateRow;
  private final int recurrentRow;
  private final int noteRow;

  /**
   * Prepares for some units of a layer.
   *
   * @param units how many
   * @param stride how many the arrays of gates, of what is kept apart and of notes are laid out for
   * @param stateStride how many those of states are laid out for
   * @param scratch at least [gates·units], of this step alone
   */
  CellStep(StepCell cell, int units, int stride, int stateStride, float[] scratch) {
    hidden = units;
    this.stride = stride;
    this.stateStride = stateStride;
    gateRow = cell.gates() * stride;
    recurrentRow = cell.recurrentApart() * stride;
    noteRow = cell.notes(stride);
    this.scratch = scratch;
    previous = new float[cell.states()][];
    next = new float[cell.states()][];
    carriedGradient = new float[cell.states()][];
    parameters = new float[cell.parameters().size()][];
    parameterGradients = new float[cell.parameters().size()][];
  }

  /** Where a block of a row's gates begins. */
  public int gateAt(int row, int block) {
    return gatesAt + row * gateRow + block * stride;
  }

  /** Where a block of what is kept apart of a row begins. */
  public int recurrentAt(int row, int block) {
    return recurrentAt + row * recurrentRow + block * stride;
  }

  /** Where a block of a row's notes begins. */
  public int noteAt(int row, int block) {
    return notesAt + row * noteRow + block * stride;
  }

  /** Where a row of the states before the step begins. */
  public int previousAt(int row) {
    return previousAt + row * stateStride;
  }

  /** Where a row of the states after the step begins. */
  public int nextAt(int row) {
    return nextAt + row * stateStride;
  }

  /** Where a row of the hidden state's gradient begins. */
  public int hiddenGradientAt(int row) {
    return hiddenGradientAt + row * stateStride;
  }

  /** Where a row of the previous hidden state's gradient begins. */
  public int previousHiddenGradientAt(int row) {
    return previousHiddenGradientAt + row * stateStride;
  }

  /** Where a row of the carried gradients begins. */
  public int carriedAt(int row) {
    return carriedAt + row * stateStride;
  }

  /** Where a row's sum of the gradient of a parameter of so many values begins. */
  public int parameterAt(int row, int length) {
    return (firstRow + row) * length;
  }
}
