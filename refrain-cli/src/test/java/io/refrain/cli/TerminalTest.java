package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS) // no shell
class TerminalTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private static int ask(Duration most, String script) {
    return Terminal.askForColumns(most, "sh", "-c", script);
  }

  @Test
  void theShellTellsTheWidth() {
    assertThat(ask(LONG, "echo 24 132")).isEqualTo(132);
    assertThat(ask(LONG, "echo unknown")).isEqualTo(80);
    assertThat(ask(LONG, "echo 0 0")).isEqualTo(80);
    assertThat(ask(LONG, "exit 1")).isZero();
    assertThat(Terminal.askForColumns(LONG, "no such command")).isZero();
  }

  /** A shell that never answers is neither waited for nor left behind. */
  @Test
  void aShellThatHangsIsEnded() throws Exception {
    String hangs = "echo 24 132; exec sleep 6134";
    assertThat(ask(Duration.ofMillis(300), hangs)).isZero();
    List<ProcessHandle> left =
        ProcessHandle.current()
            .children()
            .filter(child -> child.info().commandLine().orElse("").contains("sleep 6134"))
            .toList();
    for (ProcessHandle child : left) {
      assertThat(child.onExit().get(1, TimeUnit.MINUTES).isAlive()).isFalse();
    }
  }
}
