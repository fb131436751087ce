package io.refrain.text.bpe;

import java.util.Arrays;
import java.util.stream.IntStream;

/** How often each piece was seen: open addressing over one array that holds all their bytes. */
final class PieceCounts {
  private byte[] bytes = new byte[1 << 16];
  private int[] ends = new int[1 << 10]; // of the piece in bytes; it begins where the last one ends
  private long[] counts = new long[1 << 10];
  private int size;
  private int[] slots = new int[1 << 12]; // piece + 1; 0 where free

  int size() {
    return size;
  }

  int start(int piece) {
    return piece == 0 ? 0 : ends[piece - 1];
  }

  int end(int piece) {
    return ends[piece];
  }

  long count(int piece) {
    return counts[piece];
  }

  byte[] bytes() {
    return bytes;
  }

  /** Adds to the count of a piece. */
  void add(byte[] text, int from, int to, long count) {
    int slot = slot(text, from, to);
    if (slots[slot] == 0) {
      slots[slot] = ++size;
      append(text, from, to);
      counts[size - 1] = count;
      if (2 * size > slots.length) {
        grow();
      }
    } else {
      counts[slots[slot] - 1] += count;
    }
  }

  void addAll(PieceCounts other) {
    for (int piece = 0; piece < other.size; piece++) {
      add(other.bytes, other.start(piece), other.end(piece), other.counts[piece]);
    }
  }

  /** The same pieces in the order of their bytes, however they were counted. */
  PieceCounts inOrder() {
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(
                (a, b) -> Arrays.compareUnsigned(bytes, start(a), end(a), bytes, start(b), end(b)))
            .mapToInt(Integer::intValue)
            .toArray();
    PieceCounts sorted = new PieceCounts();
    for (int piece : order) {
      sorted.add(bytes, start(piece), end(piece), counts[piece]);
    }
    return sorted;
  }

  /** The same pieces without those that were seen least, all of them. */
  PieceCounts withoutRarest() {
    long least = Long.MAX_VALUE;
    for (int piece = 0; piece < size; piece++) {
      least = Math.min(least, counts[piece]);
    }
    PieceCounts kept = new PieceCounts();
    for (int piece = 0; piece < size; piece++) {
      if (counts[piece] > least) {
        kept.add(bytes, start(piece), end(piece), counts[piece]);
      }
    }
    return kept;
  }

  private void append(byte[] text, int from, int to) {
    int start = size == 1 ? 0 : ends[size - 2];
    if (size > ends.length) {
      ends = Arrays.copyOf(ends, 2 * ends.length);
      counts = Arrays.copyOf(counts, 2 * counts.length);
    }
    long end = (long) start + (to - from);
    if (end > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "text: expected different pieces of at most 2 GB in all, got more; use a part of it");
    }
    if (end > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, 2L * bytes.length)));
    }
    System.arraycopy(text, from, bytes, start, to - from);
    ends[size - 1] = (int) end;
  }

  private void grow() {
    slots = new int[2 * slots.length];
    for (int piece = 0; piece < size; piece++) {
      slots[slot(bytes, start(piece), end(piece))] = piece + 1;
    }
  }

  private int slot(byte[] text, int from, int to) {
    int mask = slots.length - 1;
    int slot = ByteHash.of(text, from, to) & mask;
    while (slots[slot] != 0) {
      int piece = slots[slot] - 1;
      if (Arrays.equals(bytes, start(piece), end(piece), text, from, to)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
