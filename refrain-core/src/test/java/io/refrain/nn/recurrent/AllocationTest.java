package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A training step that is warm allocates next to nothing. */
class AllocationTest {
  private static final int BATCH = 32;
  private static final int STEPS = 18;
  private static final long LIMIT = 16 * 1024;
  private static final int WARM_STEPS = 300;

  /** The compiler works beside the test, so on a busy machine it may need more steps than that. */
  private static final int MOST_STEPS = 3_000;

  private static final int MEASURED_STEPS = 20;

  static List<TestedCell> cells() {
    return List.of(TestedCell.ELMAN_TANH, TestedCell.LSTM, TestedCell.GRU);
  }

  @ParameterizedTest
  @MethodSource("cells")
  void aWarmStepAllocatesUnderSixteenKilobytes(TestedCell cell) {
    assertThat(bytes(cell, 256, null)).as("bytes a step").isLessThan(LIMIT);
  }

  /**
   * Sorting the sequences takes some numbers for each of their steps. The values of a layer would
   * take hundreds of kilobytes.
   */
  @ParameterizedTest
  @MethodSource("cells")
  void aRaggedStepWhoseLengthsComeAgainAllocatesUnderThirtyTwo(TestedCell cell) {
    int[] lengths = new SplittableRandom(1).ints(BATCH, 1, STEPS + 1).toArray();
    assertThat(bytes(cell, 64, lengths)).as("bytes a step").isLessThan(2 * LIMIT);
  }

  /** Bytes that a step allocates once it is warm. */
  private static long bytes(TestedCell cell, int hidden, int @Nullable [] lengths) {
    assumeTrue(Kernels.get().lanes() > 1, "no SIMD here: the scalar product takes room for sums");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocation");
    try (ThreadTeam team = ThreadTeam.single()) {
      StackOptions options = StackOptions.of(cell.cell, 28, hidden).withIndexedInput();
      TrainedNetwork network = new TrainedNetwork(team, options, BATCH, STEPS, lengths, false);
      run(network, WARM_STEPS);
      long limit = lengths == null ? LIMIT : 2 * LIMIT;
      long bytes = Long.MAX_VALUE;
      for (int step = WARM_STEPS; bytes > limit && step < MOST_STEPS; step += MEASURED_STEPS) {
        long before = threads.getCurrentThreadAllocatedBytes();
        run(network, MEASURED_STEPS);
        bytes = (threads.getCurrentThreadAllocatedBytes() - before) / MEASURED_STEPS;
      }
      return bytes;
    }
  }

  private static void run(TrainedNetwork network, int steps) {
    for (int step = 0; step < steps; step++) {
      network.step();
    }
  }
}
