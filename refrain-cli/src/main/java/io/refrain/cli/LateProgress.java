package io.refrain.cli;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link TaskProgress} of a task that may be done before anybody wonders: it begins late. */
final class LateProgress implements AutoCloseable {
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String name;
  private final long total;
  private final Kind kind;
  private final long began = System.nanoTime();
  private @Nullable TaskProgress progress;

  /** How it is shown. */
  enum Kind {
    /** By a bar where there is a terminal, elsewhere by lines. */
    USUAL,
    /** By lines, also on a terminal: others may be written between them, as a bar cannot bear. */
    LINES,
    /** Not at all. */
    NONE
  }

  /**
   * Begins a task.
   *
   * @param total steps
   */
  LateProgress(String name, long total) {
    this(name, total, Kind.USUAL);
  }

  LateProgress(String name, long total, Kind kind) {
    this.name = name;
    this.total = total;
    this.kind = kind;
  }

  /** Tells where the task is. */
  void at(long done) {
    if (progress == null && kind != Kind.NONE && System.nanoTime() - began > WAIT_NANOS) {
      progress =
          kind == Kind.LINES
              ? TaskProgress.lines(name, total, Output.utf8(System.err), System::nanoTime)
              : TaskProgress.onStandardError(name, total);
    }
    if (progress != null) {
      progress.at(Math.min(done, total), "");
    }
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
