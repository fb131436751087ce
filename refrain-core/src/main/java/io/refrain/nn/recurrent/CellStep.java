package io.refrain.nn.recurrent;

/**
 * One time step of some rows of a batch, as a {@link StepCell} sees it: places in arrays, moved
 * along by the runner. Rows follow one another without gaps, from the place that stands beside the
 * array.
 */
public final class CellStep {
  /** Values in a state. */
  public final int hidden;

  /** Rows of the batch. */
  public int rows;

  /** [rows × gates·hidden] at {@link #gatesAt}; in backward what forward left, to be replaced. */
  public float[] gates = NOTHING;

  /**
   * [rows × gates·hidden] at {@link #gatesAt} too: {@code W_hh · h + b_hh} of a cell that wants it
   * {@linkplain StepCell#recurrentApart apart}.
   */
  public float[] recurrent = NOTHING;

  /** Where the gates begin. */
  public int gatesAt;

  /** [rows × {@linkplain StepCell#notes notes}] at {@link #notesAt}. */
  public float[] notes = NOTHING;

  /** Where the notes begin. */
  public int notesAt;

  /** State before the step, each [rows × hidden] at {@link #previousAt}. */
  public final float[][] previous;

  /** Where the state before the step begins. */
  public int previousAt;

  /** State after the step, each [rows × hidden] at {@link #nextAt}. */
  public final float[][] next;

  /** Where the state after the step begins. */
  public int nextAt;

  /** The cell's own {@linkplain Cell#parameters parameters}, each [blocks·hidden]. */
  public final float[][] parameters;

  /**
   * Backward: gradients of the parameters, each [rows × blocks·hidden] from row {@link #firstRow}
   * on, for the cell to add to. Each row of the batch has a sum of its own, so that their order
   * does not depend on how rows are shared between threads.
   */
  public final float[][] parameterGradients;

  /** The first row's number in the batch. */
  public int firstRow;

  /** Backward: gradient of {@code next[0]}, at {@link #hiddenGradientAt}; to be read. */
  public float[] hiddenGradient = NOTHING;

  /** Where the gradient of {@code next[0]} begins. */
  public int hiddenGradientAt;

  /** Backward: gradient of {@code previous[0]}, at {@link #previousHiddenGradientAt}; to add to. */
  public float[] previousHiddenGradient = NOTHING;

  /** Where the gradient of {@code previous[0]} begins. */
  public int previousHiddenGradientAt;

  /**
   * Backward: for every state but the first, the gradient of {@code next} at {@link #carriedAt}, to
   * be replaced by the gradient of {@code previous}. Entry 0 is not used.
   */
  public final float[][] carriedGradient;

  /** Where the carried gradients begin. */
  public int carriedAt;

  /** Room for the gates of one row, for the cell to use as it likes. */
  public final float[] scratch;

  private static final float[] NOTHING = {};

  CellStep(StepCell cell, int hidden) {
    this.hidden = hidden;
    scratch = new float[cell.gates() * hidden];
    previous = new float[cell.states()][];
    next = new float[cell.states()][];
    carriedGradient = new float[cell.states()][];
    parameters = new float[cell.parameters().size()][];
    parameterGradients = new float[cell.parameters().size()][];
  }
}
