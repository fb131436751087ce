package io.refrain.text.bpe;

import java.util.Arrays;

/**
 * Merges the bytes of one piece of text, always the pair of the lowest rank, and of several the
 * leftmost. Holds room for its work, so one serves one thread.
 *
 * <p>A short piece is searched for the lowest rank again and again. A long one has its pairs in a
 * heap, so that a piece of n bytes costs O(n log n).
 */
final class PieceMerger {
  private static final int SHORT = 96;
  private static final int NONE = Integer.MAX_VALUE;

  private final BpeModel model;
  private final int[] ids = new int[SHORT];
  private final int[] ranks = new int[SHORT];

  PieceMerger(BpeModel model) {
    this.model = model;
  }

  void merge(byte[] bytes, int from, int to, IntList out) {
    if (to - from <= SHORT) {
      mergeShort(bytes, from, to, out);
    } else {
      mergeLong(bytes, from, to, out);
    }
  }

  private void mergeShort(byte[] bytes, int from, int to, IntList out) {
    int count = to - from;
    for (int i = 0; i < count; i++) {
      ids[i] = model.ofByte(bytes[from + i]);
    }
    for (int i = 0; i < count - 1; i++) {
      ranks[i] = model.rank(ids[i], ids[i + 1]);
    }
    while (count > 1) {
      int best = 0;
      for (int i = 1; i < count - 1; i++) {
        best = ranks[i] < ranks[best] ? i : best;
      }
      if (ranks[best] == NONE) {
        break;
      }
      ids[best] = model.resultOf(ranks[best]);
      int moved = count - best - 2;
      System.arraycopy(ids, best + 2, ids, best + 1, moved);
      if (moved > 0) {
        System.arraycopy(ranks, best + 2, ranks, best + 1, moved - 1);
      }
      count--;
      ranks[best] = best < count - 1 ? model.rank(ids[best], ids[best + 1]) : NONE;
      if (best > 0) {
        ranks[best - 1] = model.rank(ids[best - 1], ids[best]);
      }
    }
    for (int i = 0; i < count; i++) {
      out.add(ids[i]);
    }
  }

  private void mergeLong(byte[] bytes, int from, int to, IntList out) {
    int count = to - from;
    int[] symbols = new int[count];
    int[] next = new int[count]; // count after the last
    int[] previous = new int[count]; // -1 before the first
    int[] pairs = new int[count]; // the rank of the pair that begins here, NONE where none does
    Heap heap = new Heap(count);
    for (int i = 0; i < count; i++) {
      symbols[i] = model.ofByte(bytes[from + i]);
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    for (int i = 0; i < count; i++) {
      pairs[i] = i + 1 < count ? model.rank(symbols[i], symbols[i + 1]) : NONE;
      heap.addIfAny(pairs[i], i);
    }
    while (!heap.isEmpty()) {
      long least = heap.remove();
      int rank = (int) (least >>> 32);
      int at = (int) least;
      if (pairs[at] != rank) {
        continue; // one of the two has been merged with another since
      }
      int gone = next[at];
      symbols[at] = model.resultOf(rank);
      next[at] = next[gone];
      pairs[gone] = NONE;
      if (next[at] < count) {
        previous[next[at]] = at;
      }
      pairs[at] = next[at] < count ? model.rank(symbols[at], symbols[next[at]]) : NONE;
      heap.addIfAny(pairs[at], at);
      int before = previous[at];
      if (before >= 0) {
        pairs[before] = model.rank(symbols[before], symbols[at]);
        heap.addIfAny(pairs[before], before);
      }
    }
    for (int i = 0; i < count; i = next[i]) {
      out.add(symbols[i]);
    }
  }

  /** Ranks with places, the smallest first; as numbers, so that nothing is allocated for each. */
  private static final class Heap {
    private long[] entries;
    private int size;

    Heap(int capacity) {
      entries = new long[capacity + 1];
    }

    boolean isEmpty() {
      return size == 0;
    }

    void addIfAny(int rank, int place) {
      if (rank == NONE) {
        return;
      }
      if (size == entries.length) {
        entries = Arrays.copyOf(entries, 2 * size);
      }
      long entry = (long) rank << 32 | place;
      int at = size++;
      while (at > 0 && entries[(at - 1) >>> 1] > entry) {
        entries[at] = entries[(at - 1) >>> 1];
        at = (at - 1) >>> 1;
      }
      entries[at] = entry;
    }

    long remove() {
      long least = entries[0];
      long last = entries[--size];
      int at = 0;
      for (int child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && entries[child + 1] < entries[child]) {
          child++;
        }
        if (entries[child] >= last) {
          break;
        }
        entries[at] = entries[child];
        at = child;
      }
      entries[at] = last;
      return least;
    }
  }
}
