package io.refrain.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Standard output, which remembers that something could not be written: the streams and writers
 * above it swallow that, and a full disk must not look like success.
 */
final class StandardOutput extends OutputStream {
  private final OutputStream target;
  private volatile @Nullable IOException failure;

  StandardOutput(OutputStream target) {
    this.target = target;
  }

  /** {@return a stream for {@link System#setOut}} */
  PrintStream stream() {
    return new PrintStream(new BufferedOutputStream(this), true, StandardCharsets.UTF_8);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      target.write(bytes, offset, length);
    } catch (IOException e) {
      if (failure == null) {
        failure = e;
      }
      throw e;
    }
  }

  /**
   * Tells of what was lost. A reader that went away, as {@code head} does, has had what it wanted:
   * that is no failure.
   *
   * @param code the exit code of a command whose output is flushed
   * @return the exit code of the process
   */
  int exitCode(int code, PrintWriter err) {
    IOException lost = failure;
    if (lost == null || isClosedPipe(lost)) {
      return code;
    }
    err.println("refrain: cannot write to standard output: " + FailureMessage.of(lost));
    return code == CommandLine.ExitCode.OK ? CommandLine.ExitCode.SOFTWARE : code;
  }

  /** Java passes on what the system says, and has no exception of its own for this. */
  private static boolean isClosedPipe(IOException failure) {
    String message = failure.getMessage();
    return message != null && message.toLowerCase(Locale.ROOT).contains("pipe");
  }
}
