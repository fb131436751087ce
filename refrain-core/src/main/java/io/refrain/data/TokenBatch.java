package io.refrain.data;

/**
 * One batch of token ids: inputs, and for each of them the token that follows it in the text.
 *
 * <p>Both arrays have shape [steps, batch], time first: the token of row {@code row} at time step
 * {@code step} lies at {@code step * batch + row}, so that one time step of all rows is contiguous.
 * They are allocated once and filled again for every batch.
 */
public final class TokenBatch {
  private final int steps;
  private final int batch;
  private final int[] inputs;
  private final int[] targets;
  private final int[] window;

  /**
   * An empty batch.
   *
   * @param steps time steps of a row
   * @param batch rows
   * @throws IllegalArgumentException if a size is below 1 or the product exceeds an array's length
   */
  public TokenBatch(int steps, int batch) {
    long tokens = Windows.tokensPerBatch(batch, steps);
    this.steps = steps;
    this.batch = batch;
    this.inputs = new int[Math.toIntExact(tokens)];
    this.targets = new int[Math.toIntExact(tokens)];
    this.window = new int[Math.addExact(steps, 1)];
  }

  /** {@return the number of time steps of each row} */
  public int steps() {
    return steps;
  }

  /** {@return the number of rows} */
  public int batch() {
    return batch;
  }

  /** {@return the input ids, [steps, batch]; the array itself, not a copy} */
  public int[] inputs() {
    return inputs;
  }

  /** {@return the target ids, [steps, batch]; the array itself, not a copy} */
  public int[] targets() {
    return targets;
  }

  /** Room for one row of the text and the token after it, while the batch is filled. */
  int[] window() {
    return window;
  }

  /**
   * Fills this batch with neighbouring rows of a larger one.
   *
   * @param from has as many steps
   * @param firstRow the row that becomes row 0 of this one
   */
  public void takeRows(TokenBatch from, int firstRow) {
    if (from.steps != steps || firstRow < 0 || firstRow + batch > from.batch) {
      throw new IllegalArgumentException(
          "a batch of %d rows and %d steps has no %d rows of %d steps from row %d on"
              .formatted(from.batch, from.steps, batch, steps, firstRow));
    }
    for (int step = 0; step < steps; step++) {
      int at = step * from.batch + firstRow;
      System.arraycopy(from.inputs, at, inputs, step * batch, batch);
      System.arraycopy(from.targets, at, targets, step * batch, batch);
    }
  }
}
