package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class StandardOutputTest {
  private final StringWriter err = new StringWriter();

  private int help(String problem) {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException(problem);
          }
        };
    return Main.run(new StandardOutput(broken), new PrintWriter(err, true), "--help");
  }

  @Test
  void aFullDiskIsToldAndFails() {
    assertThat(help("No space left on device")).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly("refrain: cannot write to standard output: No space left on device");
  }

  @Test
  void aReaderThatWentAwayIsNoFailure() {
    assertThat(help("Broken pipe")).isZero();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void whatIsWrittenIsNoFailure() {
    StandardOutput whole = new StandardOutput(OutputStream.nullOutputStream());
    assertThat(Main.run(whole, new PrintWriter(err, true), "--help")).isZero();
    assertThat(err.toString()).isEmpty();
  }
}
