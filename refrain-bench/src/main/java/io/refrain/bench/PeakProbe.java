package io.refrain.bench;

import io.refrain.kernel.ThreadTeam;
import java.util.OptionalDouble;

/**
 * Measures how many fused multiply-adds the threads of a team can do when they do nothing else: the
 * limit of every matrix product on this machine at this moment.
 */
final class PeakProbe {
  private static final int ITERATIONS = 50_000;
  private static final long MEASURED_NANOS = 30_000_000;
  private static final long MOST_WARM_UP_NANOS = 10_000_000_000L;

  private final ThreadTeam team;
  private final boolean possible;
  private volatile float sink;

  /** Warms up, where there is a Vector API to do it with. */
  PeakProbe(ThreadTeam team) {
    this.team = team;
    possible = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    if (possible) {
      warmUp();
    }
  }

  /**
   * Until the loop is compiled: before that, vectors are objects and every iteration makes some.
   */
  private void warmUp() {
    AllocatedBytes allocated = new AllocatedBytes(team);
    long end = System.nanoTime() + MOST_WARM_UP_NANOS;
    long bytes = Long.MAX_VALUE;
    while (bytes > ITERATIONS && System.nanoTime() < end) {
      long before = allocated.read();
      measure(MEASURED_NANOS);
      bytes = allocated.read() - before;
    }
  }

  /** Floating-point operations a nanosecond of all threads together; empty without Vector API. */
  OptionalDouble gigaflops() {
    return possible ? OptionalDouble.of(measure(MEASURED_NANOS)) : OptionalDouble.empty();
  }

  private double measure(long nanos) {
    Samples samples = new Samples();
    double operations = FmaLoop.operations() * ITERATIONS * team.size();
    long end = System.nanoTime() + nanos;
    for (long start = System.nanoTime(); start < end; ) {
      team.run((part, parts) -> sink = FmaLoop.run(ITERATIONS));
      long now = System.nanoTime();
      samples.add(operations / (now - start));
      start = now;
    }
    return samples.median();
  }
}
