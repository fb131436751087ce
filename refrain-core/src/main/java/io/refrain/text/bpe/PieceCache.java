package io.refrain.text.bpe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What pieces of text came to when they were last merged: of bounded size, two places for each
 * hash.
 *
 * <p>Shared by threads without a lock. An entry is immutable and reached through one reference, so
 * a thread sees a whole entry or an older one; what a piece comes to is the same in every thread,
 * so that it does not matter whose entry is kept.
 */
final class PieceCache {
  /** Longer pieces are rare, and not worth the room. */
  static final int LONGEST = 64;

  private static final int PLACES = 1 << 16;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final @Nullable Entry[] entries = new @Nullable Entry[PLACES];

  /**
   * A piece and its tokens.
   *
   * @param head its first eight bytes as a number
   * @param second the next eight; both with zeros where it has fewer
   * @param length its number of bytes
   * @param piece all of its bytes where there are more than 16, else null
   * @param id its only token, or -1
   * @param ids its tokens
   */
  private record Entry(
      long head, long second, int length, byte @Nullable [] piece, int id, int[] ids) {

    boolean is(long otherHead, long otherSecond, byte[] bytes, int from, int otherLength) {
      return head == otherHead
          && second == otherSecond
          && length == otherLength
          && (piece == null || Arrays.equals(piece, 16, length, bytes, from + 16, from + length));
    }

    void addTo(IntList out) {
      if (id >= 0) {
        out.add(id);
      } else {
        out.addAll(ids);
      }
    }
  }

  /** Makes what a piece comes to. */
  @FunctionalInterface
  interface Source {
    /** Adds the tokens of the piece. */
    void tokens(byte[] bytes, int from, int to, IntList out);
  }

  /** Adds the tokens of a piece, from the cache or else from the source. */
  void addTokens(byte[] bytes, int from, int to, Source source, IntList out) {
    int length = to - from;
    if (length > LONGEST) {
      source.tokens(bytes, from, to, out);
      return;
    }
    long head = word(bytes, from, length);
    long second = length > 8 ? word(bytes, from + 8, length - 8) : 0;
    int place = place(bytes, from, length, head, second);
    Entry entry = entries[place];
    if (entry != null && entry.is(head, second, bytes, from, length)) {
      entry.addTo(out);
      return;
    }
    Entry other = entries[place ^ 1];
    if (other != null && other.is(head, second, bytes, from, length)) {
      other.addTo(out);
      return;
    }
    int before = out.size();
    source.tokens(bytes, from, to, out);
    int[] ids = new int[out.size() - before];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = out.get(before + i);
    }
    byte[] piece = length > 16 ? Arrays.copyOfRange(bytes, from, to) : null;
    entries[place ^ 1] = entry; // the newer of the two stays
    entries[place] = new Entry(head, second, length, piece, ids.length == 1 ? ids[0] : -1, ids);
  }

  private static int place(byte[] bytes, int from, int length, long head, long second) {
    long hash = (head ^ length) * 0x9E3779B97F4A7C15L + second * 0xC2B2AE3D27D4EB4FL;
    for (int i = 16; i < length; i += 8) {
      hash = (hash ^ hash >>> 29) * 0x9E3779B97F4A7C15L + word(bytes, from + i, length - i);
    }
    hash *= 0xFF51AFD7ED558CCDL;
    return (int) (hash >>> 48) & (PLACES - 1);
  }

  /** Up to eight bytes as a number, with zeros where there are fewer. */
  private static long word(byte[] bytes, int from, int length) {
    if (from + 8 <= bytes.length) {
      long word = (long) LONGS.get(bytes, from);
      return length >= 8 ? word : word & ~(-1L << (8 * length));
    }
    long word = 0;
    for (int i = Math.min(length, 8) - 1; i >= 0; i--) {
      word = word << 8 | (bytes[from + i] & 0xFF);
    }
    return word;
  }
}
