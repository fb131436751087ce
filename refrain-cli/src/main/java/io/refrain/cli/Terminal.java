package io.refrain.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The terminal that standard error is connected to.
 *
 * <p>Java tells whether standard input and output are a terminal, but neither whether standard
 * error is nor how wide it is; the shell tells both, without a native library. Where there is no
 * shell there is no terminal: lines in plain text are right everywhere.
 */
final class Terminal {
  private static final int USUAL_COLUMNS = 80;
  private static final long WAIT_SECONDS = 2;
  private static final Pattern ROWS_AND_COLUMNS = Pattern.compile("(\\d+) (\\d+)");

  /** How often the width is asked for again, because windows are resized. */
  private static final long ASK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private int columns;
  private long asked;

  private Terminal(int columns) {
    this.columns = columns;
    asked = System.nanoTime();
  }

  /**
   * {@return the terminal, unless standard error is something else or it cannot move its cursor}
   */
  static Optional<Terminal> onStandardError() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return Optional.empty();
    }
    int columns = askForColumns();
    return columns > 0 ? Optional.of(new Terminal(columns)) : Optional.empty();
  }

  /** {@return its width in columns, not older than ten seconds} */
  synchronized int columns() {
    long now = System.nanoTime();
    if (now - asked > ASK_AGAIN_NANOS) {
      asked = now;
      int answer = askForColumns();
      columns = answer > 0 ? answer : columns;
    }
    return columns;
  }

  /** {@return the width; 0 if standard error is no terminal} */
  private static int askForColumns() {
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-c", "test -t 2 && { stty size <&2 || echo unknown; }");
    shell.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = shell.start();
      process.getOutputStream().close();
      String answer =
          new String(process.getInputStream().readNBytes(100), StandardCharsets.US_ASCII).strip();
      if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS) || answer.isEmpty()) {
        return 0;
      }
      Matcher size = ROWS_AND_COLUMNS.matcher(answer);
      int columns = size.matches() ? Integer.parseInt(size.group(2)) : 0;
      // A terminal without a known size, such as a serial line, says 0.
      return columns > 0 ? columns : USUAL_COLUMNS;
    } catch (IOException noShell) {
      return 0;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }
}
