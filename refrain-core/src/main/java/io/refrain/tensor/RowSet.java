package io.refrain.tensor;

import java.util.Arrays;
import java.util.BitSet;

/** Some rows of a matrix, each once, in the order in which they came. */
final class RowSet {
  private final BitSet members = new BitSet();
  private int[] rows = new int[16];
  private int size;

  int size() {
    return size;
  }

  int row(int index) {
    return rows[index];
  }

  void add(int row) {
    if (members.get(row)) {
      return;
    }
    members.set(row);
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, 2 * size);
    }
    rows[size++] = row;
  }

  void addAll(RowSet other) {
    for (int i = 0; i < other.size; i++) {
      add(other.rows[i]);
    }
  }

  void clear() {
    members.clear();
    size = 0;
  }
}
