package io.refrain.tensor;

import io.refrain.kernel.Panels;
import io.refrain.kernel.Spin;
import io.refrain.kernel.ThreadTeam;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Weights as the parts of a batch share them while all compute with the same values: each is packed
 * once, and whoever needs it first begins. Those who need it meanwhile help, so that nobody waits
 * for a whole matrix.
 *
 * <p>The first part of a batch begins with the first rows of a weight, the other with the last: an
 * optimizer deals rows out in the same order, so that each core finds near it what it has changed,
 * and what it will change next has not been to the other.
 */
final class SharedWeights {
  /** Pieces that a matrix is packed in: several a thread, for threads do not come at once. */
  private static final int PIECES = 8;

  private final Workspace<Panels> room = new Workspace<>(Panels::new);
  private final Map<Matrix, Packing> packings = new HashMap<>();

  /** One matrix as its pieces are packed. */
  private static final class Packing {
    final PackedMatrix packed;
    final AtomicIntegerArray taken = new AtomicIntegerArray(PIECES);
    final AtomicInteger done = new AtomicInteger();
    final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Packing(PackedMatrix packed) {
      this.packed = packed;
    }

    void help(Matrix b, boolean lastFirst) {
      for (int i = 0; i < PIECES; i++) {
        int piece = lastFirst ? PIECES - 1 - i : i;
        if (taken.getAndSet(piece, 1) != 0) {
          continue;
        }
        try {
          packed.pack(b, piece, PIECES);
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e); // or the others would wait for this piece
          throw e;
        }
        done.incrementAndGet();
      }
    }

    void await() {
      for (int spins = 1; done.get() < PIECES; spins++) {
        if (failure.get() != null) {
          throw new IllegalStateException("packing a weight failed", failure.get());
        }
        Spin.pause(spins);
      }
    }
  }

  /**
   * A weight, packed; may be called by several threads at once.
   *
   * @param b where it is, or some rows of it, perhaps transposed; the same array each time
   * @param team helps to pack it
   * @param lastFirst whether this part of the batch begins with the last rows
   */
  PackedMatrix packed(Matrix b, ThreadTeam team, boolean lastFirst) {
    Packing packing = begin(b);
    if (packing.done.get() < PIECES) {
      team.run((part, parts) -> packing.help(b, lastFirst));
    }
    packing.await();
    return packing.packed;
  }

  private synchronized Packing begin(Matrix b) {
    Packing packing = packings.get(b);
    if (packing == null) {
      packing = new Packing(PackedMatrix.roomFor(b, room));
      packings.put(b, packing);
    }
    return packing;
  }

  /** Forgets the values, which are about to change, or have changed. */
  void clear() {
    packings.clear();
    room.reset();
  }
}
