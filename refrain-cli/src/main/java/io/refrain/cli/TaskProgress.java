package io.refrain.cli;

import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/**
 * How far a task of known length has come: a bar in the last line of a terminal, and elsewhere a
 * plain line about every ten seconds.
 */
final class TaskProgress implements AutoCloseable {
  private static final int REDRAW_MILLIS = 200;
  private static final int WIDEST_BAR = 40;
  private static final int NARROWEST_BAR = 5;
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String name;
  private final long total;
  private final PrintStream out;
  private final LongSupplier clock;
  private final @Nullable Bar bar;
  private long lastLine;

  /** A bar and the line that it stands in. */
  private record Bar(ProgressBar library, StatusLine statusLine) {
    void close() {
      library.close();
      // The library does not close the line of a bar that is closed before it was first drawn.
      statusLine.close();
    }
  }

  private TaskProgress(
      String name, long total, PrintStream out, LongSupplier clock, @Nullable Bar bar) {
    this.name = name;
    this.total = total;
    this.out = out;
    this.clock = clock;
    this.bar = bar;
    lastLine = clock.getAsLong();
  }

  /**
   * Begins to show a task where people look for it.
   *
   * @param total steps, at least 1
   */
  static TaskProgress onStandardError(String name, long total) {
    PrintStream err = System.err;
    Optional<Terminal> terminal = Terminal.onStandardError();
    return terminal.isPresent()
        ? bar(name, total, err, terminal.get()::columns)
        : lines(name, total, Output.utf8(err), System::nanoTime);
  }

  /** With a bar. */
  static TaskProgress bar(String name, long total, PrintStream out, IntSupplier columns) {
    ProgressLine line =
        new ProgressLine(1, TrainingLoss.OF_THE_TEXT, ProgressLine.hasLines(out.charset()), false);
    StatusLine statusLine = new StatusLine(out, columns);
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(total)
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            // Neither the library's consumer nor its renderer works without its native library.
            .setConsumer(statusLine)
            .setRenderer((state, width) -> drawn(line, state, width))
            .build();
    return new TaskProgress(name, total, out, System::nanoTime, new Bar(bar, statusLine));
  }

  private static String drawn(ProgressLine line, ProgressState state, int columns) {
    String head = state.getTaskName() + " ";
    double fraction = (double) state.getCurrent() / state.getMax();
    String note = state.getExtraMessage();
    String tail = " %3d%%%s".formatted((int) (100 * fraction), note.isEmpty() ? "" : "  " + note);
    int room = columns - head.length() - tail.length();
    String text =
        room < NARROWEST_BAR
            ? head + tail.strip()
            : head + line.bar(fraction, Math.min(room, WIDEST_BAR)) + tail;
    return text.substring(0, Math.min(columns, text.length()));
  }

  /**
   * With lines.
   *
   * @param clock in nanoseconds
   */
  static TaskProgress lines(String name, long total, PrintStream out, LongSupplier clock) {
    return new TaskProgress(name, total, out, clock, null);
  }

  /**
   * Tells where the task is.
   *
   * @param done steps of all
   * @param note what else is known, perhaps nothing
   */
  void at(long done, String note) {
    if (bar != null) {
      bar.library().setExtraMessage(note).stepTo(done);
      return;
    }
    long now = clock.getAsLong();
    if (now - lastLine >= LINE_NANOS) {
      lastLine = now;
      out.printf(
          "%s: %s of %s, %d%%%s%n",
          name,
          Figures.count(done),
          Figures.count(total),
          100 * done / total,
          note.isEmpty() ? "" : ", " + note);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
