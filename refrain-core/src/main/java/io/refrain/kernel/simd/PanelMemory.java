package io.refrain.kernel.simd;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** How vectors lie in the memory of {@link io.refrain.kernel.Panels}. */
final class PanelMemory {
  static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  /** Bytes of a vector. */
  static final long VECTOR = FloatVector.SPECIES_PREFERRED.vectorByteSize();

  private PanelMemory() {}

  /** Bytes of so many floats. */
  static long bytes(int floats) {
    return (long) floats * Float.BYTES;
  }
}
