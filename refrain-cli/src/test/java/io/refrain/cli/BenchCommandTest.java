package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {

  @Test
  void saysInOneLineWhatToRunInstead() {
    StringWriter errors = new StringWriter();
    int status =
        new CommandLine(new BenchCommand())
            .setErr(new PrintWriter(errors, true))
            .execute("rnn-notebook", "--peers", "--threads", "2");

    assertThat(status).isEqualTo(2);
    assertThat(errors.toString().lines())
        .containsExactly(
            "refrain: bench is started by the launcher: "
                + "run ./refrain bench rnn-notebook --peers --threads 2");
  }
}
