package io.refrain.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * A small training, a text from it and a look at it. The launcher runs it once after a build, so
 * that the JVM can record what every start needs and keep it in a cache.
 */
@Command(name = "rehearse", hidden = true, description = "Exercise what every start needs.")
final class RehearseCommand implements Callable<Integer> {
  private static final String TEXT = "A refrain is the part of a song that comes back.\n";

  @Parameters(paramLabel = "DIR", description = "A new folder.")
  private Path folder;

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(folder);
    Path text = folder.resolve("text.txt");
    Files.writeString(text, TEXT.repeat(200));
    String run = folder.resolve("run").toString();
    List<List<String>> commands =
        List.of(
            List.of("train", text.toString(), "--out", run, "--epochs", "2", "--hidden", "256"),
            List.of("generate", run, "--prefix", "A ", "--length", "2000"),
            List.of("info", run),
            List.of("score", run, "A song"));
    for (List<String> command : commands) {
      String[] arguments = command.toArray(String[]::new);
      int code = Main.execute(Main.commandLine(arguments), arguments);
      if (code != CommandLine.ExitCode.OK) {
        return code;
      }
    }
    return CommandLine.ExitCode.OK;
  }
}
