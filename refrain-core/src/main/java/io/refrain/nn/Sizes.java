package io.refrain.nn;

/** Checks at the public edge of layers. */
public final class Sizes {
  private Sizes() {}

  /** Returns {@code value}, which must be at least 1. */
  public static int positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
    }
    return value;
  }

  /** Demands that two lengths agree. */
  public static void equal(String name, int expected, int actual) {
    if (expected != actual) {
      throw new IllegalArgumentException(
          "%s must be %d, but is %d".formatted(name, expected, actual));
    }
  }

  /** Demands that every index lies in 0 to {@code count} - 1. */
  public static void indices(String name, int[] indices, int count) {
    for (int i = 0; i < indices.length; i++) {
      index(name, indices, i, count);
    }
  }

  /** Demands that the index at one position lies in 0 to {@code count} - 1. */
  public static void index(String name, int[] indices, int position, int count) {
    int index = indices[position];
    if (index < 0 || index >= count) {
      throw new IllegalArgumentException(
          "%s %d at position %d is outside 0 to %d".formatted(name, index, position, count - 1));
    }
  }
}
