package io.refrain.kernel;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Lets the parts of one piece of work of a {@link ThreadTeam} wait for one another, again and
 * again, within a fraction of a microsecond: where every time step needs what all threads made of
 * the one before.
 *
 * <p>Every part must arrive as often as every other. What a part wrote before it arrived, all see
 * after it.
 */
public final class Barrier {
  /** Counters lie in cache lines of their own, or threads would slow each other down. */
  private static final int SPACING = 16;

  private final int parts;
  private final AtomicLongArray arrivals;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Prepares for so many parts; one barrier serves run after run of a team, until one fails. */
  public Barrier(int parts) {
    this.parts = parts;
    arrivals = new AtomicLongArray((parts + 1) * SPACING);
  }

  /**
   * Waits until every part has arrived as often as this one.
   *
   * @throws IllegalStateException when another part failed, with what that one threw as its cause;
   *     {@link ThreadTeam#run} throws the cause itself
   */
  public void arrive(int part) {
    int own = (part + 1) * SPACING;
    long count = arrivals.getPlain(own) + 1;
    arrivals.setRelease(own, count);
    for (int other = 0; other < parts; other++) {
      int its = (other + 1) * SPACING;
      for (int spins = 1; arrivals.getAcquire(its) < count; spins++) {
        if (failed()) {
          throw new Broken(failure.get());
        }
        Spin.pause(spins);
      }
    }
  }

  /**
   * Releases the parts that wait, which then fail: this one cannot arrive any more. A broken
   * barrier stays so; further work needs a new one.
   *
   * @param cause what this part throws; that of the first to fail is kept
   */
  public void fail(Throwable cause) {
    failure.compareAndSet(null, cause);
  }

  /** Whether a part failed: then some have arrived more often than others, for good. */
  public boolean failed() {
    return failure.get() != null;
  }

  /** That a part waited for one that failed: a consequence, never the cause. */
  static final class Broken extends IllegalStateException {
    private static final long serialVersionUID = 1;

    Broken(@Nullable Throwable cause) {
      super("another part of this work failed", cause);
    }
  }
}
