package io.refrain.kernel;

import java.util.concurrent.atomic.AtomicLongArray;

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

  private static final int SPINS_BEFORE_YIELD = 2_000;

  private final int parts;
  private final AtomicLongArray arrivals;
  private volatile boolean broken;

  /** Prepares for so many parts; one barrier serves one run of a team. */
  public Barrier(int parts) {
    this.parts = parts;
    arrivals = new AtomicLongArray((parts + 1) * SPACING);
  }

  /**
   * Waits until every part has arrived as often as this one.
   *
   * @throws IllegalStateException when another part failed; {@link ThreadTeam#run} throws what that
   *     one failed with instead
   */
  @SuppressWarnings("ThreadPriorityCheck") // a hint that costs nothing where it does not help
  public void arrive(int part) {
    int own = (part + 1) * SPACING;
    long count = arrivals.getPlain(own) + 1;
    arrivals.setRelease(own, count);
    for (int other = 0; other < parts; other++) {
      int its = (other + 1) * SPACING;
      for (int spins = 1; arrivals.getAcquire(its) < count; spins++) {
        if (broken) {
          throw new Broken();
        }
        // Where there are fewer free cores than threads, spinning keeps the other from running.
        if (spins % SPINS_BEFORE_YIELD == 0) {
          Thread.yield();
        } else {
          Thread.onSpinWait();
        }
      }
    }
  }

  /**
   * Releases the parts that wait, which then fail: this one cannot arrive any more. A broken
   * barrier stays so; further work needs a new one.
   */
  public void fail() {
    broken = true;
  }

  /** That a part waited for one that failed: a consequence, never the cause. */
  static final class Broken extends IllegalStateException {
    private static final long serialVersionUID = 1;

    Broken() {
      super("another part of this work failed");
    }
  }
}
