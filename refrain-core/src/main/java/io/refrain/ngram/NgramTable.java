package io.refrain.ngram;

import java.util.Arrays;

/**
 * All n-grams of one length, numbered as they appear: a hash table with open addressing, whose key
 * is exact, the number of the n-gram without its last token, and that token.
 */
final class NgramTable {
  /** So many fit at most, for an array cannot have more slots than twice that. */
  static final int MOST = 1 << 28;

  private static final int FREE = -1;
  private static final int SMALLEST = 1 << 10;

  /** Bytes of a slot: a key and a number. */
  private static final long SLOT = Long.BYTES + Integer.BYTES;

  private long[] keys = new long[SMALLEST];
  private int[] numbers = new int[SMALLEST];
  private int[] counts = new int[SMALLEST / 2]; // by number
  private int[] continuations = new int[SMALLEST / 2]; // by number
  private int size;

  NgramTable() {
    Arrays.fill(numbers, FREE);
  }

  /** How many different ones there are. */
  int size() {
    return size;
  }

  /**
   * How many bytes it needs at most until some more are counted: its arrays, and where they must
   * grow, those that they are copied from.
   */
  long bytes(int more) {
    long room = counts.length;
    while (room < (long) size + more) {
      room *= 2;
    }
    long old = room > counts.length ? room / 2 : 0;
    return room * (2 * SLOT + 2 * Integer.BYTES) + old * (2 * SLOT + Integer.BYTES);
  }

  /** The number of an n-gram; -1 where there is none. */
  int find(int prefix, int token) {
    return numbers[slot(key(prefix, token))];
  }

  /**
   * Counts an n-gram once.
   *
   * @return its number; the table's size before, where it is new
   */
  int count(int prefix, int token) {
    long key = key(prefix, token);
    int slot = slot(key);
    if (numbers[slot] == FREE) {
      if (size == counts.length) {
        grow();
        slot = slot(key);
      }
      keys[slot] = key;
      numbers[slot] = size++;
    }
    counts[numbers[slot]]++;
    return numbers[slot];
  }

  /** One more token was seen before this n-gram. */
  void countContinuation(int number) {
    continuations[number]++;
  }

  /** How often an n-gram was seen; or, for a distribution of lower order, after how many tokens. */
  int count(int number, boolean ofContinuations) {
    return ofContinuations ? continuations[number] : counts[number];
  }

  /** Takes the n-grams one by one. */
  @FunctionalInterface
  interface Sink {
    void accept(int prefix, int number);
  }

  /** Hands out all n-grams, in no order. */
  void forEach(Sink sink) {
    for (int slot = 0; slot < keys.length; slot++) {
      if (numbers[slot] != FREE) {
        sink.accept((int) (keys[slot] >>> 32), numbers[slot]);
      }
    }
  }

  private static long key(int prefix, int token) {
    return ((long) prefix << 32) | token;
  }

  private int slot(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L; // so that the upper bits depend on all
    mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
    int slot = (int) (mixed >>> 32) & (keys.length - 1);
    while (numbers[slot] != FREE && keys[slot] != key) {
      slot = (slot + 1) & (keys.length - 1);
    }
    return slot;
  }

  /** Twice the room: at most half of the slots are taken, so that searches are short. */
  private void grow() {
    if (size == MOST) {
      throw new IllegalStateException("too many different n-grams: count fewer tokens");
    }
    long[] oldKeys = keys;
    int[] oldNumbers = numbers;
    keys = new long[2 * oldKeys.length];
    numbers = new int[keys.length];
    Arrays.fill(numbers, FREE);
    for (int old = 0; old < oldKeys.length; old++) {
      if (oldNumbers[old] != FREE) {
        int slot = slot(oldKeys[old]);
        keys[slot] = oldKeys[old];
        numbers[slot] = oldNumbers[old];
      }
    }
    counts = Arrays.copyOf(counts, keys.length / 2);
    continuations = Arrays.copyOf(continuations, keys.length / 2);
  }
}
