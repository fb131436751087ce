package io.refrain.tensor;

import java.util.ArrayList;
import java.util.Collections;
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
  private long mostInUse;

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
    mostInUse = Math.max(mostInUse, inUse);
    if (shelf.used == shelf.buffers.size()) {
      shelf.buffers.add(maker.apply(length));
      held += length;
    }
    return shelf.next();
  }

  /** Takes a buffer back before its time; the next {@link #take} of its length gets it again. */
  void giveBack(B buffer, int length) {
    Shelf<B> shelf = shelves.get(length);
    int at = shelf == null ? -1 : shelf.buffers.subList(0, shelf.used).lastIndexOf(buffer);
    if (shelf == null || at < 0) {
      throw new IllegalArgumentException("this buffer was not taken, or is back already");
    }
    Collections.swap(shelf.buffers, at, --shelf.used);
    inUse -= length;
  }

  /** Floats in all buffers, used or not. */
  long held() {
    return held;
  }

  /** Takes every buffer back. */
  void reset() {
    if (held > 2 * mostInUse) {
      shelves.values().removeIf(shelf -> shelf.mostUsed == 0);
      held = 0;
      shelves.forEach((length, shelf) -> held += (long) length * shelf.buffers.size());
    }
    for (Shelf<B> shelf : shelves.values()) {
      shelf.used = 0;
      shelf.mostUsed = 0;
    }
    inUse = 0;
    mostInUse = 0;
  }

  private static final class Shelf<B> {
    final List<B> buffers = new ArrayList<>();
    int used;
    int mostUsed;

    B next() {
      B buffer = buffers.get(used++);
      mostUsed = Math.max(mostUsed, used);
      return buffer;
    }
  }
}
