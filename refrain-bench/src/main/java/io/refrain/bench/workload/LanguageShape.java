package io.refrain.bench.workload;

/**
 * A language model: tokens, recurrent layers, logits.
 *
 * @param vocabulary number of distinct tokens
 * @param embedded whether an embedding as wide as the hidden state is in front of the layers, which
 *     otherwise read one-hot vectors
 * @param cell the recurrent cell
 * @param hidden width of the hidden state
 * @param layers number of stacked recurrent layers
 */
public record LanguageShape(
    int vocabulary, boolean embedded, CellKind cell, int hidden, int layers) {

  /**
   * Returns the recurrent part.
   *
   * @return with the width of the embedding, or of one-hot vectors, as inputs
   */
  public RecurrentShape recurrent() {
    return new RecurrentShape(cell, embedded ? hidden : vocabulary, hidden, layers);
  }

  /**
   * Returns the same sizes with another cell.
   *
   * @param other the cell
   * @return the changed shape
   */
  public LanguageShape withCell(CellKind other) {
    return new LanguageShape(vocabulary, embedded, other, hidden, layers);
  }
}
