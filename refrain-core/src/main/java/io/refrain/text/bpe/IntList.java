package io.refrain.text.bpe;

import java.util.Arrays;
import java.util.Objects;

/** Whole numbers, such as token ids, in order: grows as it is filled, without a box for each. */
public final class IntList {
  private int[] values;
  private int size;

  /**
   * An empty list.
   *
   * @param capacity how many it can hold before it grows; at least 0
   */
  public IntList(int capacity) {
    values = new int[Math.max(capacity, 4)];
  }

  /**
   * Adds a number at the end.
   *
   * @param value any number
   */
  public void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, larger(size + 1L));
    }
    values[size++] = value;
  }

  /** Adds numbers at the end. */
  void addAll(int[] more) {
    if (values.length - size < more.length) {
      values = Arrays.copyOf(values, larger((long) size + more.length));
    }
    System.arraycopy(more, 0, values, size, more.length);
    size += more.length;
  }

  /** Takes all numbers away. */
  void clear() {
    size = 0;
  }

  private int larger(long needed) {
    if (needed > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "text: expected fewer than %d tokens at once; encode it in pieces"
              .formatted(Integer.MAX_VALUE - 8));
    }
    return (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * values.length));
  }

  /**
   * {@return the number at a place}
   *
   * @param index from 0 to below the size
   */
  public int get(int index) {
    return values[Objects.checkIndex(index, size)];
  }

  /** {@return how many there are} */
  public int size() {
    return size;
  }

  /** {@return all of them, in an array of their own} */
  public int[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
