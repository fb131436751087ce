package io.refrain.text.bpe;

import java.util.Arrays;

/** From a pair of token ids to a number that is not negative: open addressing without boxes. */
final class PairTable {
  private static final long FREE = -1; // no pair, for ids are not negative

  private long[] keys;
  private int[] values;
  private int mask;
  private int size;

  PairTable(int expected) {
    allocate(Integer.highestOneBit(Math.max(expected, 8)) * 4);
  }

  static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  static int left(long pair) {
    return (int) (pair >> 32);
  }

  static int right(long pair) {
    return (int) pair;
  }

  /** The number of the pair; -1 where it has none. */
  int get(long pair) {
    int slot = slot(pair);
    return keys[slot] == pair ? values[slot] : -1;
  }

  /** Gives a pair a number, in place of the one that it has. */
  void put(long pair, int value) {
    int slot = slot(pair);
    if (keys[slot] == FREE) {
      if (2 * ++size > keys.length) {
        grow();
        slot = slot(pair);
      }
      keys[slot] = pair;
    }
    values[slot] = value;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    allocate(2 * oldKeys.length);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != FREE) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }

  private void allocate(int capacity) {
    keys = new long[capacity];
    values = new int[capacity];
    Arrays.fill(keys, FREE);
    mask = capacity - 1;
  }

  private int slot(long pair) {
    long hash = pair * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> 32) & mask;
    while (keys[slot] != FREE && keys[slot] != pair) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
