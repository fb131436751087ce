package io.refrain.bench.workload;

/**
 * A stack of recurrent layers of one width.
 *
 * @param cell the cell of every layer
 * @param inputs width of what the first layer reads
 * @param hidden width of the hidden state
 * @param layers how many
 */
public record RecurrentShape(CellKind cell, int inputs, int hidden, int layers) {

  /**
   * Returns the width of what a layer reads.
   *
   * @param layer counted from 0
   * @return the columns of its {@code W_ih}
   */
  public int inputs(int layer) {
    return layer == 0 ? inputs : hidden;
  }

  /**
   * Returns the width of all gates of a layer together.
   *
   * @return the rows of {@code W_ih} and {@code W_hh}
   */
  public int gateWidth() {
    return cell.gates() * hidden;
  }
}
