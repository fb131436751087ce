package io.refrain.tensor;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A row-major float array with a shape and, while a {@link Tape} needs it, a gradient of the same
 * shape.
 *
 * <p>A tensor that a tape made lives until the tape is cleared; its arrays then serve the next
 * step. Copy what must live longer.
 */
public final class Tensor {
  private final int[] shape;
  private final float[] data;
  private final boolean requiresGradient;
  private final boolean leaf;
  private float @Nullable [] gradient;
  private boolean gradientWritten;

  /** The rows of a sparse gradient, all others being zero; null where it is dense. */
  private @Nullable RowSet gradientRows;

  /** Takes a stretch of an array. */
  @FunctionalInterface
  public interface Range {
    /** Takes {@code length} values from {@code from} on. */
    void take(int from, int length);
  }

  /** The output of an operation. */
  Tensor(int[] shape, float[] data, boolean requiresGradient) {
    this(shape, data, requiresGradient, false);
  }

  private Tensor(int[] shape, float[] data, boolean requiresGradient, boolean leaf) {
    this.shape = shape;
    this.data = data;
    this.requiresGradient = requiresGradient;
    this.leaf = leaf;
  }

  /**
   * A constant: no gradient flows into it.
   *
   * @param data row-major; used, not copied
   */
  public static Tensor constant(float[] data, int... shape) {
    return checked(data, shape, false);
  }

  /**
   * A leaf whose gradient is wanted, as {@code requires_grad=True} in PyTorch.
   *
   * @param data row-major; used, not copied
   */
  public static Tensor variable(float[] data, int... shape) {
    return checked(data, shape, true);
  }

  private static Tensor checked(float[] data, int[] shape, boolean requiresGradient) {
    if (size(shape) != data.length) {
      throw new IllegalArgumentException(
          "a tensor of shape %s needs %d values, but got %d"
              .formatted(Arrays.toString(shape), size(shape), data.length));
    }
    return new Tensor(shape.clone(), data, requiresGradient, true);
  }

  /** The number of values in a shape; 1 for the empty shape of a scalar. */
  public static int size(int... shape) {
    long size = 1;
    for (int length : shape) {
      if (length < 0) {
        throw new IllegalArgumentException(
            "a shape has no negative lengths, but got " + Arrays.toString(shape));
      }
      size = Math.multiplyExact(size, (long) length);
      if (size > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "a tensor of shape %s is larger than an array can be"
                .formatted(Arrays.toString(shape)));
      }
    }
    return (int) size;
  }

  /** The lengths of its dimensions, outermost first. */
  public int[] shape() {
    return shape.clone();
  }

  /** How many dimensions it has. */
  public int rank() {
    return shape.length;
  }

  /** The length of one dimension. */
  public int length(int dimension) {
    return shape[dimension];
  }

  /** How many values it holds. */
  public int size() {
    return data.length;
  }

  /** The values, row-major: the array itself. */
  public float[] data() {
    return data;
  }

  /** The value of a tensor that holds one. */
  public float item() {
    if (data.length != 1) {
      throw new IllegalStateException("item() needs one value, but this is " + this);
    }
    return data[0];
  }

  /** Whether a gradient flows into it. */
  public boolean requiresGradient() {
    return requiresGradient;
  }

  /** Whether something has flowed into the gradient since it was last cleared. */
  public boolean hasGradient() {
    return gradientWritten;
  }

  /**
   * The gradient, row-major: the array itself, to read. What is to change it takes it from {@link
   * Tape#gradientToAdd}, lest values that were known to be zero be passed over later.
   *
   * @throws IllegalStateException when nothing has flowed into it
   */
  public float[] gradient() {
    float[] values = gradient;
    if (values == null || !gradientWritten) {
      throw new IllegalStateException(
          this + " has no gradient: call backward on a loss that depends on it");
    }
    return values;
  }

  /**
   * In how many pieces the gradient can be dealt out: the rows of a sparse one, which are those
   * that something has flowed into, and the values of any other.
   *
   * @see Tape#gradientToAddRows
   */
  public int gradientPieces() {
    RowSet rows = gradientRows;
    return rows == null ? size() : rows.size();
  }

  /** Values in one of the {@link #gradientPieces}. */
  public int gradientPieceLength() {
    return gradientRows == null ? 1 : rowLength();
  }

  /** Visits the {@link #gradientPieces} {@code first} to {@code end}, each value once. */
  public void forGradient(int first, int end, Range range) {
    RowSet rows = gradientRows;
    if (rows == null) {
      range.take(first, end - first);
      return;
    }
    int width = rowLength();
    for (int i = first; i < end; i++) {
      range.take(rows.row(i) * width, width);
    }
  }

  private int rowLength() {
    return size() / shape[0];
  }

  /** Forgets the gradient; the next one that flows in replaces it. */
  public void clearGradient() {
    gradientWritten = false;
  }

  /** Gives a tensor that outlives steps a gradient array of its own. */
  public void reserveGradient() {
    if (gradient == null) {
      gradient = new float[data.length];
    }
  }

  /** A leaf with the same values and a gradient of its own. */
  Tensor shadow() {
    return new Tensor(shape, data, requiresGradient, true);
  }

  /** Whether it outlives the steps of a tape. */
  boolean isLeaf() {
    return leaf;
  }

  /** Takes an array of a tape as the gradient; a leaf, which outlives the tape, copies it. */
  void adoptGradient(float[] values) {
    if (leaf) {
      System.arraycopy(values, 0, openGradient(float[]::new), 0, values.length);
    } else {
      gradient = values;
      gradientWritten = true;
    }
  }

  /**
   * The gradient's array. Where there is none yet, {@code allocate} makes it from a tape's buffers;
   * a leaf outlives the tape's step and gets one of its own.
   */
  float[] openGradient(IntFunction<float[]> allocate) {
    gradientRows = null;
    return open(allocate);
  }

  /**
   * The gradient's array of a leaf, to add to some rows; zeros where nothing has flowed in.
   *
   * @param rows may name a row several times
   */
  float[] openGradientRows(int[] rows) {
    RowSet known = gradientRows;
    boolean fresh = gradient == null;
    boolean written = gradientWritten;
    float[] values = open(float[]::new);
    if (known == null) {
      if (written) {
        return values; // no row is known to be zero
      }
      if (!fresh) {
        Arrays.fill(values, 0f);
      }
      known = new RowSet();
      gradientRows = known;
    } else if (!written) {
      int width = rowLength();
      for (int i = 0; i < known.size(); i++) {
        int at = known.row(i) * width;
        Arrays.fill(values, at, at + width, 0f);
      }
      known.clear();
    }
    for (int row : rows) {
      known.add(row);
    }
    return values;
  }

  /** Prepares a leaf that has a gradient for all that flowed into its shadow. */
  void coverGradient(Tensor shadow) {
    if (gradientRows != null && shadow.gradientRows != null) {
      gradientRows.addAll(shadow.gradientRows);
    } else {
      gradientRows = null;
    }
  }

  private float[] open(IntFunction<float[]> allocate) {
    float[] values = gradient;
    if (values == null) {
      values = leaf ? new float[data.length] : allocate.apply(data.length);
      gradient = values;
    }
    gradientWritten = true;
    return values;
  }

  @Override
  public String toString() {
    return "tensor of shape " + Arrays.toString(shape);
  }
}
