package io.refrain.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Buffers that serve one step after another, so that a training step allocates nothing once warm.
 *
 * <p>A buffer is found by its exact length. Steps whose shapes keep changing would collect buffers
 * of every length they ever had; so what a whole step did not use is dropped when more is held than
 * was in use.
 *
 * @param <B> the kind of buffer
 */
final class Workspace<B> {
  private final IntFunction<B> maker;
  private final Map<Integer, Shelf<B>> shelves = new HashMap<>();
  private long held;
  private long inUse;

  /**
   * Creates an empty workspace.
   *
   * @param maker makes a buffer of a length
   */
  Workspace(IntFunction<B> maker) {
    this.maker = maker;
  }

  /** A buffer of {@code length} floats with whatever its last user left in it. */
  B take(int length) {
    Shelf<B> shelf = shelves.get(length);
    if (shelf == null) {
      shelf = new Shelf<>();
      shelves.put(length, shelf);
    }
    inUse += length;
    if (shelf.used < shelf.buffers.size()) {
      return shelf.buffers.get(shelf.used++);
    }
    B buffer = maker.apply(length);
    held += length;
    shelf.buffers.add(buffer);
    shelf.used++;
    return buffer;
  }

  /** Takes every buffer back. */
  void reset() {
    if (held > 2 * inUse) {
      shelves.values().removeIf(shelf -> shelf.used == 0);
      held = 0;
      shelves.forEach((length, shelf) -> held += (long) length * shelf.buffers.size());
    }
    for (Shelf<B> shelf : shelves.values()) {
      shelf.used = 0;
    }
    inUse = 0;
  }

  private static final class Shelf<B> {
    final List<B> buffers = new ArrayList<>();
    int used;
  }
}
