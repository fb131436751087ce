package io.refrain.cli;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link TaskProgress} of a task that may be done before anybody wonders: it begins late. */
final class LateProgress implements AutoCloseable {
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String name;
  private final long total;
  private final long began = System.nanoTime();
  private @Nullable TaskProgress progress;

  /**
   * Begins a task.
   *
   * @param total steps
   */
  LateProgress(String name, long total) {
    this.name = name;
    this.total = total;
  }

  /** Tells where the task is. */
  void at(long done) {
    if (progress == null && System.nanoTime() - began > WAIT_NANOS) {
      progress = TaskProgress.onStandardError(name, total);
    }
    if (progress != null) {
      progress.at(done, "");
    }
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
