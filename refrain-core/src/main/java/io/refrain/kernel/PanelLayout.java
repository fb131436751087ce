package io.refrain.kernel;

/**
 * How the right operand B[k × n] of a matrix product is laid out in memory before it is multiplied.
 *
 * <p>Columns are cut into panels of {@code width}; a panel stores its k steps one after another, so
 * the innermost loop of the product reads memory strictly forward whatever the row length of B was.
 * Without this, B with 1,024 columns maps all its rows to the same few cache sets. The last panel
 * is rounded up to {@code narrow} or {@code width} columns and padded with zeros.
 *
 * <pre>
 *   column   0 … width-1 | width … 2·width-1 | …
 *   at       0           | k·width           | 2·k·width …
 * </pre>
 *
 * @param width columns of a full panel
 * @param narrow columns of a last panel that holds no more than that many
 */
public record PanelLayout(int width, int narrow) {

  /** Floats that a packed B[k × n] takes. */
  public int length(int k, int n) {
    int tail = n % width;
    return Math.multiplyExact(k, n - tail + (tail == 0 ? 0 : stride(tail)));
  }

  /** Floats between two steps of the panel that holds {@code columns} real columns. */
  public int stride(int columns) {
    return columns <= narrow ? narrow : width;
  }

  /** How many panels n columns make. */
  public int panels(int n) {
    return (n + width - 1) / width;
  }

  /** The first of n columns of part {@code part} of {@code parts}, all made of whole panels. */
  public int boundary(int n, int part, int parts) {
    return Math.min(n, ThreadTeam.boundary(panels(n), part, parts) * width);
  }
}
