package io.refrain.bench;

import com.sun.management.ThreadMXBean;
import io.refrain.kernel.ThreadTeam;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** What the threads of a team have allocated on the Java heap, the caller's among them. */
final class AllocatedBytes {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long[] ids;

  AllocatedBytes(ThreadTeam team) {
    ids = new long[team.size()];
    team.run((part, parts) -> ids[part] = Thread.currentThread().threadId());
  }

  /** The sum since the threads started. */
  long read() {
    return Arrays.stream(THREADS.getThreadAllocatedBytes(ids)).sum();
  }
}
