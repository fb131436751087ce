package io.refrain.kernel;

/** How a thread waits for another that is about to be done: without giving up its core. */
public final class Spin {
  private static final int SPINS_BEFORE_YIELD = 2_000;

  private Spin() {}

  /**
   * Lets a moment pass.
   *
   * @param spins how many moments have passed, from 1 on; where there are fewer free cores than
   *     threads, spinning keeps the other from running, so that now and then it is let go first
   */
  @SuppressWarnings("ThreadPriorityCheck") // a hint that costs nothing where it does not help
  public static void pause(int spins) {
    if (spins % SPINS_BEFORE_YIELD == 0) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }
}
