package io.refrain.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The right operand of a matrix product, laid out by a {@link PanelLayout}: the operand that the
 * innermost loop reads without pause.
 *
 * <p>It lives outside the Java heap, because there alone it can begin at a cache line. The elements
 * of a Java array begin wherever the collector put it; then each load of a 512-bit vector touches
 * two lines, and a product runs at five sixths of its speed. It counts against {@code
 * -XX:MaxDirectMemorySize}, which is {@code -Xmx} unless given, and is freed by the collector some
 * time after nobody holds the panels any more.
 */
public final class Panels {
  private static final int CACHE_LINE = 64;

  private final MemorySegment memory;

  /**
   * Room for so many floats.
   *
   * @param length {@link PanelLayout#length} tells how many a matrix takes; at least 0
   * @throws OutOfMemoryError when there is no such room outside the heap
   */
  public Panels(int length) {
    memory = Arena.ofAuto().allocate(Math.multiplyExact((long) length, Float.BYTES), CACHE_LINE);
  }

  /** Where the floats are, in native byte order. */
  public MemorySegment memory() {
    return memory;
  }

  /** Reads floats from number {@code at} on. */
  void get(int at, float[] to, int length) {
    long bytes = (long) at * Float.BYTES;
    MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, bytes, to, 0, length);
  }

  /** Writes floats from number {@code at} on. */
  void put(float[] from, int at, int length) {
    long bytes = (long) at * Float.BYTES;
    MemorySegment.copy(from, 0, memory, ValueLayout.JAVA_FLOAT, bytes, length);
  }
}
