package io.refrain.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.function.IntSupplier;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The last line of a terminal, which a progress bar is drawn in, and what stands above it.
 *
 * <p>Every bar needs one: the library's own consumers ask a native library for the terminal's
 * width, which is not among Refrain's.
 */
final class StatusLine implements ProgressBarConsumer {
  private static final String TO_LINE_START = "\r\u001b[K";

  private final PrintStream out;
  private final IntSupplier columns;
  private String shown = "";
  private boolean ended;

  /**
   * Shows nothing yet.
   *
   * @param columns the present width of the terminal
   */
  StatusLine(PrintStream out, IntSupplier columns) {
    this.out = out;
    this.columns = columns;
  }

  @Override
  public int getMaxRenderedLength() {
    // Room for the ^C that a terminal echoes; a full line would begin another one.
    return Math.max(1, columns.getAsInt() - 3);
  }

  @Override
  public synchronized void accept(String line) {
    if (ended) {
      return;
    }
    shown = line;
    out.print(TO_LINE_START + line);
    out.flush();
  }

  synchronized void printAbove(List<String> lines) {
    if (lines.isEmpty()) {
      return;
    }
    // In one piece, or the terminal might be seen without a bar.
    String start = shown.isEmpty() ? "" : TO_LINE_START;
    out.print(start + String.join("\n", lines) + "\n" + shown);
    out.flush();
  }

  @Override
  public synchronized void clear() {
    accept("");
  }

  @Override
  public synchronized void close() {
    if (!shown.isEmpty()) {
      out.println();
    }
    out.flush();
    shown = "";
    ended = true;
  }
}
