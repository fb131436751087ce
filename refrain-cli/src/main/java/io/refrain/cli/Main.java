package io.refrain.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program {@code refrain}: parses the command line and runs the command it names. */
@Command(
    name = "refrain",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Train recurrent language models and let them write.")
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param arguments the words after {@code refrain}
   */
  public static void main(String[] arguments) {
    VectorModule.add();
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Reads the version that the build wrote into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"refrain " + (version == null ? "(not packaged)" : version)};
    }
  }
}
