package io.refrain.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Arrays that serve one step after another, so that a training step allocates nothing once warm.
 *
 * <p>An array is found by its exact length. Steps whose shapes keep changing would collect arrays
 * of every length they ever had; so what a whole step did not use is dropped when more is held than
 * was in use.
 */
final class Workspace {
  private final Map<Integer, Shelf> shelves = new HashMap<>();
  private long held;
  private long inUse;

  /** An array of {@code length} floats with whatever its last user left in it. */
  float[] take(int length) {
    Shelf shelf = shelves.get(length);
    if (shelf == null) {
      shelf = new Shelf();
      shelves.put(length, shelf);
    }
    inUse += length;
    if (shelf.used < shelf.arrays.size()) {
      return shelf.arrays.get(shelf.used++);
    }
    float[] array = new float[length];
    held += length;
    shelf.arrays.add(array);
    shelf.used++;
    return array;
  }

  /** Takes every array back. */
  void reset() {
    if (held > 2 * inUse) {
      shelves.values().removeIf(shelf -> shelf.used == 0);
      held = 0;
      shelves.forEach((length, shelf) -> held += (long) length * shelf.arrays.size());
    }
    for (Shelf shelf : shelves.values()) {
      shelf.used = 0;
    }
    inUse = 0;
  }

  private static final class Shelf {
    final List<float[]> arrays = new ArrayList<>();
    int used;
  }
}
