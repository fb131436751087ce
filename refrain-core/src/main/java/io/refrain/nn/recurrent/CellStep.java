package io.refrain.nn.recurrent;

/**
 * One time step of some rows of a batch, as a {@link Cell} sees it: places in arrays, moved along
 * by the runner.
 *
 * <p>State arrays have one entry for each state of the cell, all at the same offset.
 */
public final class CellStep {
  /** Rows of the batch. */
  public final int rows;

  /** Values in a state. */
  public final int hidden;

  /** [rows × gates·hidden] at {@link #gatesAt}. */
  public final float[] gates;

  /** Where the gates begin. */
  public int gatesAt;

  /** State before the step, each [rows × hidden] at {@link #previousAt}. */
  public final float[][] previous;

  /** Where the state before the step begins. */
  public int previousAt;

  /** State after the step, each [rows × hidden] at {@link #nextAt}. */
  public final float[][] next;

  /** Where the state after the step begins. */
  public int nextAt;

  /** Gradients of {@link #next}, at {@link #nextAt}; meaningful in backward only. */
  public final float[][] nextGradient;

  /** Gradients of {@link #previous}, at {@link #previousAt}; meaningful in backward only. */
  public final float[][] previousGradient;

  CellStep(int rows, int hidden, int states, float[] gates) {
    this.rows = rows;
    this.hidden = hidden;
    this.gates = gates;
    previous = new float[states][];
    next = new float[states][];
    nextGradient = new float[states][];
    previousGradient = new float[states][];
  }
}
