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
 * two lines, and a product runs at five sixths of its speed. The collector frees the memory when
 * nobody holds the panels any more.
 */
public final class Panels {
  private static final int CACHE_LINE = 64;

  private final MemorySegment memory;

  /** Room for so many floats; {@link PanelLayout#length} tells how many a matrix takes. */
  public Panels(int length) {
    memory = Arena.ofAuto().allocate(Math.multiplyExact((long) length, Float.BYTES), CACHE_LINE);
  }

  /** Where the floats are, in native byte order. */
  public MemorySegment memory() {
    return memory;
  }

  /** A float by its number. */
  float get(int index) {
    return memory.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  /** Sets a float by its number. */
  void set(int index, float value) {
    memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
  }
}
