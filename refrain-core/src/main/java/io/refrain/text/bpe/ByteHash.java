package io.refrain.text.bpe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Hashes of byte sequences for open addressing: eight bytes at a time, each multiplied by what was
 * before to 128 bits.
 *
 * <p>The keys differ from process to process, so that nobody can write a text whose words all fall
 * on one place. Nothing but the time of a look-up depends on them.
 */
final class ByteHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long FIRST;
  private static final long SECOND;

  static {
    SplittableRandom random = new SplittableRandom();
    FIRST = random.nextLong();
    SECOND = random.nextLong();
  }

  private ByteHash() {}

  /** The hash of the bytes from one index to below another. */
  static int of(byte[] bytes, int from, int to) {
    long hash = (long) to - from;
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      hash = fold(hash ^ FIRST, (long) LONGS.get(bytes, at) ^ SECOND);
    }
    long rest = 0;
    for (; at < to; at++) {
      rest = rest << 8 | (bytes[at] & 0xFF);
    }
    hash = fold(hash ^ FIRST, rest ^ SECOND);
    return (int) (hash ^ hash >>> 32);
  }

  private static long fold(long a, long b) {
    return Math.multiplyHigh(a, b) ^ a * b;
  }
}
