package io.refrain.text.bpe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How often each pair of tokens stands side by side, and in which pieces. */
final class PairCounts {
  private final PairTable numbers = new PairTable(1 << 14);
  private long[] pairs = new long[1 << 10];
  private long[] counts = new long[1 << 10];
  private boolean[] marks = new boolean[1 << 10];
  private @Nullable IntList[] holders = new @Nullable IntList[1 << 10];
  private int size;

  int size() {
    return size;
  }

  long pair(int number) {
    return pairs[number];
  }

  long count(int number) {
    return counts[number];
  }

  /** Counts a pair in a piece; returns the pair's number. */
  int add(long pair, long count, int piece) {
    int number = numbers.get(pair);
    if (number < 0) {
      number = size++;
      if (number == pairs.length) {
        grow();
      }
      numbers.put(pair, number);
      pairs[number] = pair;
    }
    counts[number] += count;
    IntList list = holders[number];
    if (list == null) {
      list = new IntList(4);
      holders[number] = list;
    }
    if (list.size() == 0 || list.get(list.size() - 1) != piece) {
      list.add(piece);
    }
    return number;
  }

  void subtract(long pair, long count) {
    counts[numbers.get(pair)] -= count;
  }

  /** The pieces that hold a pair, or held it once; a piece may stand there twice. */
  IntList takeHolders(int number) {
    IntList list = holders[number];
    holders[number] = null; // add begins anew, should a later merge come to this pair again
    return list == null ? new IntList(0) : list;
  }

  /** Marks a pair; returns whether it was not marked before. */
  boolean mark(int number) {
    boolean wasMarked = marks[number];
    marks[number] = true;
    return !wasMarked;
  }

  /** Takes the mark away; returns whether there was one. */
  boolean clearMark(int number) {
    boolean wasMarked = marks[number];
    marks[number] = false;
    return wasMarked;
  }

  private void grow() {
    int capacity = 2 * pairs.length;
    pairs = Arrays.copyOf(pairs, capacity);
    counts = Arrays.copyOf(counts, capacity);
    marks = Arrays.copyOf(marks, capacity);
    holders = Arrays.copyOf(holders, capacity);
  }
}
