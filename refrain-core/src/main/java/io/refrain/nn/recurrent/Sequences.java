package io.refrain.nn.recurrent;

import io.refrain.nn.Sizes;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch of sequences for a {@link RecurrentStack}: vectors, or indices that stand for one-hot
 * vectors, all of one length or each of its own.
 *
 * <p>Vectors and indices are not copied. A pass reads them again when it runs backwards, so leave
 * them as they are until then; lengths are copied.
 */
public final class Sequences {
  private final @Nullable Tensor vectors;
  private final int @Nullable [] indices;
  private final int first;
  private final int second;
  private final int @Nullable [] lengths;

  private Sequences(
      @Nullable Tensor vectors,
      int @Nullable [] indices,
      int first,
      int second,
      int @Nullable [] lengths) {
    this.vectors = vectors;
    this.indices = indices;
    this.first = first;
    this.second = second;
    this.lengths = lengths;
  }

  /**
   * Sequences of vectors.
   *
   * @param x [steps, batch, input], or [batch, steps, input] for a stack that is batch first; its
   *     gradient flows back where it wants one
   * @throws IllegalArgumentException when it has not three dimensions
   */
  public static Sequences of(Tensor x) {
    if (x.rank() != 3) {
      throw new IllegalArgumentException(
          "input must have the shape [steps, batch, values] or [batch, steps, values], but is "
              + x);
    }
    return new Sequences(x, null, x.length(0), x.length(1), null);
  }

  /**
   * Sequences of indices.
   *
   * @param indices [first × second] row-major, each from 0 to the stack's input size - 1; the array
   *     itself is kept, and read again by backward
   * @param first how many time steps, or the batch size for a stack that is batch first
   * @param second the batch size, or how many time steps
   * @throws IllegalArgumentException when there are not so many indices; whether each is one is
   *     checked by the stack
   */
  public static Sequences of(int[] indices, int first, int second) {
    Sizes.equal("number of indices", Tensor.size(first, second), indices.length);
    return new Sequences(null, indices, first, second, null);
  }

  /**
   * The same, of which only the first {@code lengths[row]} steps of each row are there; the others
   * are padding that is never looked at. A batch costs what its real steps cost.
   *
   * @param lengths in time steps, one for each sequence, in any order; at least 1 and at most those
   *     of the batch, which is checked by the stack
   */
  public Sequences withLengths(int... lengths) {
    return new Sequences(vectors, indices, first, second, lengths.clone());
  }

  /** The vectors, or null where these are indices. */
  @Nullable Tensor vectors() {
    return vectors;
  }

  /** The indices, or null where these are vectors. */
  int @Nullable [] indices() {
    return indices;
  }

  /** Demands that every index but those in padding lies in 0 to {@code count} - 1. */
  void requireIndices(int count, boolean batchFirst) {
    int[] all = Objects.requireNonNull(indices);
    int[] own = lengths(batchFirst);
    if (own == null) {
      Sizes.indices("index", all, count);
      return;
    }
    for (int row = 0; row < own.length; row++) {
      for (int t = 0; t < own[row]; t++) {
        Sizes.index("index", all, batchFirst ? row * second + t : t * second + row, count);
      }
    }
  }

  int steps(boolean batchFirst) {
    return batchFirst ? second : first;
  }

  int batch(boolean batchFirst) {
    return batchFirst ? first : second;
  }

  /** The lengths, checked; null where all are the same. */
  int @Nullable [] lengths(boolean batchFirst) {
    int[] own = lengths;
    if (own == null) {
      return null;
    }
    int steps = steps(batchFirst);
    if (own.length != batch(batchFirst)) {
      throw new IllegalArgumentException(
          "a batch of %d sequences needs as many lengths, but got %d"
              .formatted(batch(batchFirst), own.length));
    }
    for (int row = 0; row < own.length; row++) {
      if (own[row] < 1 || own[row] > steps) {
        throw new IllegalArgumentException(
            ("length of sequence %d must be at least 1 and at most the %d steps of the batch, but is"
                    + " %d%s")
                .formatted(
                    row, steps, own[row], own[row] == 0 ? ": leave empty sequences out" : ""));
      }
    }
    return Arrays.stream(own).allMatch(length -> length == steps) ? null : own;
  }
}
