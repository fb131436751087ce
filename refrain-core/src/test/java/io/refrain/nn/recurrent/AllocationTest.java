package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A training step that is warm allocates next to nothing. */
class AllocationTest {
  private static final long LIMIT = 16 * 1024;
  private static final int WARM_STEPS = 300;

  /** The compiler works beside the test, so on a busy machine it may need more steps than that. */
  private static final int MOST_STEPS = 3_000;

  private static final int MEASURED_STEPS = 20;

  @Test
  void aWarmStepAllocatesUnderSixteenKilobytes() {
    assumeTrue(Kernels.get().lanes() > 1, "no SIMD here: the scalar product takes room for sums");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocation");
    try (ThreadTeam team = ThreadTeam.single()) {
      TrainedNetwork network = new TrainedNetwork(team, 28, 256, 1, 32, 18, false);
      run(network, WARM_STEPS);
      long bytes = Long.MAX_VALUE;
      for (int step = WARM_STEPS; bytes > LIMIT && step < MOST_STEPS; step += MEASURED_STEPS) {
        long before = threads.getCurrentThreadAllocatedBytes();
        run(network, MEASURED_STEPS);
        bytes = (threads.getCurrentThreadAllocatedBytes() - before) / MEASURED_STEPS;
      }

      assertThat(bytes).as("bytes a step").isLessThan(LIMIT);
    }
  }

  private static void run(TrainedNetwork network, int steps) {
    for (int step = 0; step < steps; step++) {
      network.step();
    }
  }
}
