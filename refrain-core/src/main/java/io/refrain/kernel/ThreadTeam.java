package io.refrain.kernel;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of threads that runs the parts of one piece of work and waits for all of them.
 *
 * <p>A training step hands out a dozen pieces of work, each of some tens of microseconds. An
 * executor's queue costs as much as that, so members spin on a counter for a moment before they
 * sleep, and the caller does part 0 itself. A team serves one caller at a time.
 *
 * <p>Work must be cut so that no part writes what another reads or writes; then the number of
 * threads changes nothing in the result.
 */
public final class ThreadTeam implements AutoCloseable {

  /** One piece of work, cut in parts. */
  @FunctionalInterface
  public interface Work {
    /** Does part {@code part} of {@code parts}. */
    void run(int part, int parts);
  }

  /** Long enough to bridge the gaps within a training step, short enough to leave the core free. */
  private static final long SPIN_NANOS = 100_000;

  private static final int SPINS_BETWEEN_CLOCK_READS = 64;
  private static final int SPINS_BEFORE_YIELD = 2_000;

  private final Member[] members;
  private volatile @Nullable Work work;
  private volatile boolean closed;

  /**
   * Starts a team.
   *
   * @param threads how many threads work, the caller's among them; at least 1
   */
  public ThreadTeam(int threads) {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads must be between 1 and 1024, but is " + threads);
    }
    members = new Member[threads - 1];
    for (int i = 0; i < members.length; i++) {
      members[i] = new Member(i + 1);
      members[i].start();
    }
  }

  /** A team of the calling thread alone. */
  public static ThreadTeam single() {
    return new ThreadTeam(1);
  }

  /** Threads at work, the caller's among them. */
  public int size() {
    return members.length + 1;
  }

  /** Where part {@code part} of {@code parts} begins when {@code length} items are cut evenly. */
  public static int boundary(int length, int part, int parts) {
    return (int) ((long) length * part / parts);
  }

  /**
   * Runs every part and returns when all are done; the first failure of a part is thrown.
   *
   * @throws IllegalStateException when the team is closed
   */
  public void run(Work task) {
    if (closed) {
      throw new IllegalStateException("this team of threads is closed: make a new one");
    }
    int parts = size();
    if (parts == 1) {
      task.run(0, 1);
      return;
    }
    work = task;
    for (Member member : members) {
      member.begin();
    }
    Throwable failure = null;
    try {
      task.run(0, parts);
    } catch (Throwable e) { // the members must be waited for whatever happened here
      failure = e;
    }
    for (Member member : members) {
      Throwable other = member.await();
      failure = failure == null ? other : failure;
    }
    work = null;
    if (failure != null) {
      throw rethrow(failure);
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException rethrow(Throwable failure) throws E {
    throw (E) failure;
  }

  /** Ends the team's threads. */
  @Override
  public void close() {
    closed = true;
    for (Member member : members) {
      member.end();
    }
  }

  private final class Member extends Thread {
    private final int part;
    private long turn; // the caller's count, published by begun
    private volatile long begun;
    private volatile long done;
    private volatile boolean sleeping;
    private volatile boolean ended;
    private @Nullable Throwable failure;

    Member(int part) {
      super("refrain-" + part);
      this.part = part;
      setDaemon(true);
    }

    void begin() {
      turn++;
      begun = turn;
      if (sleeping) {
        LockSupport.unpark(this);
      }
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint that costs nothing where it does not help
    @Nullable Throwable await() {
      for (int spins = 1; done != turn; spins++) {
        // Where there are fewer free cores than threads, spinning keeps the member from running.
        if (spins % SPINS_BEFORE_YIELD == 0) {
          Thread.yield();
        } else {
          Thread.onSpinWait();
        }
      }
      Throwable result = failure;
      failure = null;
      return result;
    }

    void end() {
      ended = true;
      LockSupport.unpark(this);
    }

    @Override
    public void run() {
      for (long next = 1; awaitTurn(next); next++) {
        try {
          Work task = work;
          if (task != null) {
            task.run(part, size());
          }
        } catch (Throwable e) { // reported to the caller by await
          failure = e;
        }
        done = next;
      }
    }

    private boolean awaitTurn(long next) {
      long deadline = System.nanoTime() + SPIN_NANOS;
      for (int spins = 1; begun < next; spins++) {
        if (ended) {
          return false;
        }
        if (spins % SPINS_BETWEEN_CLOCK_READS != 0 || System.nanoTime() < deadline) {
          Thread.onSpinWait();
          continue;
        }
        sleeping = true;
        while (begun < next && !ended) {
          LockSupport.park(this);
        }
        sleeping = false;
      }
      return true;
    }
  }
}
