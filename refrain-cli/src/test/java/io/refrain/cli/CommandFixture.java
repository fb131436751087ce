package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs commands as a user does, on a small text: what they say, where, with which exit code. */
abstract class CommandFixture {
  static final String TEXT = "It was the best of times, it was the worst of times.\n";

  @TempDir Path folder;
  Path corpus;
  Path run;

  record Outcome(int code, String out, String err) {
    String onlyErrorLine() {
      List<String> lines = err.lines().filter(line -> line.startsWith("refrain: ")).toList();
      assertThat(lines).as(err).hasSize(1);
      assertThat(err).doesNotContain("\tat ").doesNotContain("Exception");
      return lines.getFirst();
    }
  }

  @BeforeEach
  void write() throws IOException {
    corpus = folder.resolve("text.txt");
    Files.writeString(corpus, TEXT.repeat(40));
    run = folder.resolve("run");
  }

  static Outcome refrain(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine(arguments);
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    int code = Main.execute(commandLine, arguments);
    return new Outcome(code, out.toString(), err.toString());
  }

  Outcome train(String... more) {
    return train(corpus, more);
  }

  Outcome train(Path text, String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", text.toString()));
    arguments.addAll(List.of("--out", run.toString(), "--hidden", "8", "--batch", "4"));
    arguments.addAll(List.of("--steps", "8", "--epochs", "2", "--threads", "1"));
    arguments.addAll(List.of("--validation", "0.2", "--evaluate-every", "0"));
    arguments.addAll(List.of(more));
    return refrain(arguments.toArray(String[]::new));
  }
}
