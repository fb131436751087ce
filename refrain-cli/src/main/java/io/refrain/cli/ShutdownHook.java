package io.refrain.cli;

/** Something that is done when the process is ended from outside, as by Ctrl-C. */
final class ShutdownHook implements AutoCloseable {
  private final Thread thread;

  private ShutdownHook(Thread thread) {
    this.thread = thread;
  }

  /**
   * Prepares it, until it is closed.
   *
   * @param name of the thread that does it
   */
  static ShutdownHook of(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    Runtime.getRuntime().addShutdownHook(thread);
    return new ShutdownHook(thread);
  }

  /** Whether it is being done. */
  boolean isRunning() {
    return thread.isAlive();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(thread);
    } catch (IllegalStateException alreadyShuttingDown) {
      return; // it is the hook that waits for us
    }
  }
}
