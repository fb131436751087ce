package io.refrain.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
  private static final Duration WAIT = Duration.ofSeconds(2);
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

  private static int askForColumns() {
    return askForColumns(WAIT, "sh", "-c", "test -t 2 && { stty size <&2 || echo unknown; }");
  }

  /**
   * {@return the width; 0 if standard error is no terminal, or the answer takes too long}
   *
   * @param command answers with rows and columns, or with something else on a terminal that does
   *     not know, or not at all
   */
  static int askForColumns(Duration most, String... command) {
    ProcessBuilder shell = new ProcessBuilder(command);
    shell.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = shell.start();
      process.getOutputStream().close();
      // Waiting comes first, for reading would wait without an end; the answer fits into the pipe.
      if (!process.waitFor(most)) {
        process.destroyForcibly();
        return 0;
      }
      String answer =
          new String(process.getInputStream().readNBytes(100), StandardCharsets.US_ASCII).strip();
      if (answer.isEmpty()) {
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
