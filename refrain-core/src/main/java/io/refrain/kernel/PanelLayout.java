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

  /**
   * Packs the panels that hold columns {@code from} to {@code to} of B[k × n].
   *
   * @param transposed false: B is stored as [k × n]; true: as [n × k]
   * @param leading floats between two stored rows
   * @param from a multiple of {@link #width}
   * @param to a multiple of {@link #width}, or n
   */
  public void pack(
      boolean transposed,
      int k,
      int from,
      int to,
      float[] b,
      int bAt,
      int leading,
      float[] packed,
      int packedAt) {
    for (int column = from; column < to; column += width) {
      int columns = Math.min(width, to - column);
      int stride = stride(columns);
      int at = packedAt + column * k;
      if (transposed) {
        packTransposed(k, columns, b, bAt + column * leading, leading, packed, at, stride);
      } else {
        for (int step = 0; step < k; step++) {
          System.arraycopy(b, bAt + step * leading + column, packed, at + step * stride, columns);
        }
      }
      pad(k, columns, packed, at, stride);
    }
  }

  /** Sixteen columns at a time: what is written together is one cache line. */
  private static void packTransposed(
      int k,
      int columns,
      float[] b,
      int bAt,
      int leading,
      float[] packed,
      int packedAt,
      int stride) {
    int block = 16;
    for (int first = 0; first < columns; first += block) {
      int count = Math.min(block, columns - first);
      for (int step = 0; step < k; step++) {
        int source = bAt + first * leading + step;
        int target = packedAt + first + step * stride;
        for (int i = 0; i < count; i++) {
          packed[target + i] = b[source];
          source += leading;
        }
      }
    }
  }

  private static void pad(int k, int columns, float[] packed, int at, int stride) {
    if (columns < stride) {
      for (int step = 0; step < k; step++) {
        java.util.Arrays.fill(packed, at + step * stride + columns, at + (step + 1) * stride, 0f);
      }
    }
  }
}
