package io.refrain.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * Stands for {@code refrain bench} in the list of commands. The launcher starts the benchmarks
 * itself, from a module that nothing may depend on; who gets here did not use it.
 */
@Command(
    name = "bench",
    description = "Measure how fast Refrain is: alone, or against libtorch, DJL and DL4J.",
    footer = {"", "`refrain bench --help` tells its options."})
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Unmatched private final List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    String words = String.join(" ", arguments);
    spec.commandLine()
        .getErr()
        .println("refrain: bench is started by the launcher: run ./refrain bench " + words);
    return CommandLine.ExitCode.USAGE;
  }
}
