package io.refrain.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
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

  /**
   * A team as smaller ones that work side by side, each on a task of its own.
   *
   * @param leaders runs one part for each group, in the thread that may call that group
   * @param teams one for each group; together as many threads as the whole
   */
  public record Groups(ThreadTeam leaders, List<ThreadTeam> teams) {}

  private final Member[] members;
  private final ThreadTeam owner;
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
    owner = this;
    for (int i = 0; i < members.length; i++) {
      members[i] = new Member("refrain-" + (i + 1));
      members[i].start();
    }
  }

  /** Threads of another team, which ends them. */
  private ThreadTeam(List<Member> members, ThreadTeam owner) {
    this.members = members.toArray(Member[]::new);
    this.owner = owner;
  }

  /** A team of the calling thread alone. */
  public static ThreadTeam single() {
    return new ThreadTeam(1);
  }

  /** Threads at work, the caller's among them. */
  public int size() {
    return members.length + 1;
  }

  /**
   * Sees the same threads as at most {@code count} groups of about the same size. A group may be
   * called from the part of {@link Groups#leaders} that has its number, and the whole team when the
   * leaders are back. Closing the team closes them; closing them does nothing.
   *
   * @param count how many groups to make where there are that many threads; at least 1
   */
  public Groups groups(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("there must be at least 1 group, but count is " + count);
    }
    int groups = Math.min(count, size());
    List<Member> leaders = new ArrayList<>();
    List<ThreadTeam> teams = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      int first = boundary(size(), group, groups); // thread 0 is the caller, thread i member i - 1
      int end = boundary(size(), group + 1, groups);
      teams.add(new ThreadTeam(Arrays.asList(members).subList(first, end - 1), owner));
      if (group > 0) {
        leaders.add(members[first - 1]);
      }
    }
    return new Groups(new ThreadTeam(leaders, owner), List.copyOf(teams));
  }

  /** Where part {@code part} of {@code parts} begins when {@code length} items are cut evenly. */
  public static int boundary(int length, int part, int parts) {
    return (int) ((long) length * part / parts);
  }

  /**
   * Runs every part and returns when all are done. The first failure of a part is thrown, and
   * others are suppressed; that a part waited at a {@link Barrier} for one that failed is no
   * failure of its own.
   *
   * @throws IllegalStateException when the team is closed
   */
  public void run(Work task) {
    if (owner.closed) {
      throw new IllegalStateException("this team of threads is closed: make a new one");
    }
    int parts = size();
    if (parts == 1) {
      task.run(0, 1);
      return;
    }
    for (int i = 0; i < members.length; i++) {
      members[i].begin(task, i + 1, parts);
    }
    Throwable failure = null;
    try {
      task.run(0, parts);
    } catch (Throwable e) { // the members must be waited for whatever happened here
      failure = e;
    }
    for (Member member : members) {
      failure = cause(failure, member.await());
    }
    if (failure != null) {
      throw rethrow(failure);
    }
  }

  /**
   * Does work for each of some items, which the parts share evenly.
   *
   * @param length how many items there are
   * @param work is given the number of an item; no two may write the same
   * @throws IllegalStateException when the team is closed
   */
  public void forEach(int length, IntConsumer work) {
    run((part, parts) -> {
      int end = boundary(length, part + 1, parts);
      for (int i = boundary(length, part, parts); i < end; i++) {
        work.accept(i);
      }
    });
  }

  /** What is to be thrown when some part failed, and then perhaps another. */
  @SuppressWarnings(
      "ReferenceEquality") // parts may throw one and the same, which cannot suppress itself
  private static @Nullable Throwable cause(@Nullable Throwable first, @Nullable Throwable other) {
    if (other == null || other == first) {
      return first;
    }
    if (first == null || first instanceof Barrier.Broken) {
      return other;
    }
    if (!(other instanceof Barrier.Broken)) {
      first.addSuppressed(other);
    }
    return first;
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException rethrow(Throwable failure) throws E {
    throw (E) failure;
  }

  /** Ends the team's threads; a group leaves that to the team it is part of. */
  @Override
  public void close() {
    if (owner != this) {
      return;
    }
    closed = true;
    for (Member member : members) {
      member.end();
    }
  }

  private static final class Member extends Thread {
    private long turn; // the caller's count, published by begun, as are work and part
    private @Nullable Work work;
    private int part;
    private int parts;
    private volatile long begun;
    private volatile long done;
    private volatile boolean sleeping;
    private volatile boolean ended;
    private @Nullable Throwable failure;

    Member(String name) {
      super(name);
      setDaemon(true);
    }

    void begin(Work task, int itsPart, int ofParts) {
      work = task;
      part = itsPart;
      parts = ofParts;
      turn++;
      begun = turn;
      if (sleeping) {
        LockSupport.unpark(this);
      }
    }

    @Nullable Throwable await() {
      for (int spins = 1; done != turn; spins++) {
        Spin.pause(spins);
      }
      Throwable result = failure;
      failure = null;
      work = null;
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
            task.run(part, parts);
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
