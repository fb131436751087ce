package io.refrain.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program {@code refrain}: parses the command line and runs the command it names. */
@Command(
    name = "refrain",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Train recurrent language models and let them write.",
    footer = {
      "",
      "Examples:",
      "  refrain train                            train on Dickens: 2,000 updates,",
      "                                           about 90 seconds on two cores",
      "  refrain train book.txt --out runs/book   train on a text of yours",
      "  refrain generate runs/book --prefix Once let it write",
      "  refrain bench --peers                    time it against PyTorch, DJL, DL4J",
      "",
      "`refrain COMMAND --help` tells the options of a command.",
      "REFRAIN_JAVA_OPTIONS=-Xmx8g gives it 8 GB of memory."
    })
public final class Main implements Runnable {
  private static final String HELP = "help";
  private static final SequencedMap<String, Class<?>> COMMANDS = commands();

  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where an error came from.")
  private boolean stacktrace;

  private Main() {}

  private static SequencedMap<String, Class<?>> commands() {
    SequencedMap<String, Class<?>> commands = new LinkedHashMap<>();
    commands.put("train", TrainCommand.class);
    commands.put("generate", GenerateCommand.class);
    commands.put("evaluate", EvaluateCommand.class);
    commands.put("score", ScoreCommand.class);
    commands.put("info", InfoCommand.class);
    commands.put("tokenizer", TokenizerCommand.class);
    commands.put("reproduce", ReproduceCommand.class);
    commands.put("bench", BenchCommand.class);
    commands.put("rehearse", RehearseCommand.class);
    commands.put(HELP, CommandLine.HelpCommand.class);
    return commands;
  }

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param arguments the words after {@code refrain}
   */
  public static void main(String[] arguments) {
    StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(output.stream());
    System.exit(run(output, Output.writer(System.err), arguments));
  }

  /** Runs one command, and fails where its output did not get through. */
  static int run(StandardOutput output, PrintWriter err, String... arguments) {
    Thread warmUp = WarmUp.start();
    CommandLine commandLine = commandLine(arguments);
    commandLine.setOut(Output.writer(output.stream()));
    commandLine.setErr(err);
    commandLine.setExecutionStrategy(parsed -> {
      WarmUp.await(warmUp); // kernels must not be chosen before the module is there
      return new CommandLine.RunLast().execute(parsed);
    });
    int code = execute(commandLine, arguments);
    commandLine.getOut().flush();
    return output.exitCode(code, err);
  }

  /** Runs a command with the defaults of the recipe that it names. */
  static int execute(CommandLine commandLine, String... arguments) {
    // Figures are written one way everywhere: the way that recipes and options are read.
    // Of all categories, for printf of a writer does not ask for the one of formats.
    Locale.setDefault(Locale.ROOT);
    try {
      Recipes defaults = defaults(List.of(arguments));
      for (CommandLine command : commandLine.getSubcommands().values()) {
        if (command.getCommand() instanceof TrainCommand) {
          command.setDefaultValueProvider(defaults);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      tell(commandLine, arguments, e, FailureMessage.of(e));
      return CommandLine.ExitCode.USAGE;
    }
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      tell(
          commandLine,
          arguments,
          e,
          "java has too little memory: use a smaller"
              + " model, batch or text, or give it more with REFRAIN_JAVA_OPTIONS=-Xmx8g");
      return CommandLine.ExitCode.SOFTWARE;
    } catch (LinkageError e) {
      tell(
          commandLine,
          arguments,
          e,
          "a part of the program is missing or does not fit"
              + " (%s): build it again with `mvn clean package`".formatted(e.getMessage()));
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  /** The recipe is needed before the words are parsed, for it says what those left out are. */
  private static Recipes defaults(List<String> words) throws IOException {
    int at = words.indexOf("--recipe");
    String recipe = at >= 0 && at + 1 < words.size() ? words.get(at + 1) : null;
    for (String word : words) {
      if (word.startsWith("--recipe=")) {
        recipe = word.substring("--recipe=".length());
      }
    }
    Set<String> limits = new HashSet<>(Recipes.LIMITS);
    limits.removeIf(
        option -> words.stream().noneMatch(word -> word.matches("--" + option + "(=.*)?")));
    return Recipes.of(recipe, limits);
  }

  /** What picocli does not tell: it comes before a command is parsed, or is passed on. */
  private static void tell(
      CommandLine commandLine, String[] arguments, Throwable error, String message) {
    if (List.of(arguments).contains("--stacktrace")) {
      error.printStackTrace(commandLine.getErr());
    } else {
      commandLine.getErr().println("refrain: " + message);
    }
  }

  /**
   * The commands, with errors told in one line: exit code 2 for wrong usage, 1 for a failure.
   *
   * @param arguments what will be executed. Where its first word names a command, the others are
   *     left out: reading the annotations of all of them takes as long as everything else of a
   *     start.
   */
  static CommandLine commandLine(String... arguments) {
    Main main = new Main();
    CommandLine commandLine = new CommandLine(main);
    boolean one = arguments.length > 0 && !arguments[0].equals(HELP);
    Class<?> named = one ? COMMANDS.get(arguments[0]) : null;
    (named == null ? COMMANDS.values() : List.of(named)).forEach(commandLine::addSubcommand);
    Converters.register(commandLine);
    commandLine.setOverwrittenOptionsAllowed(true);
    commandLine.setParameterExceptionHandler((exception, words) -> {
      CommandLine command = exception.getCommandLine();
      PrintWriter err = command.getErr();
      err.println("refrain: " + UsageMessage.of(exception, words));
      err.printf("Try `%s --help`.%n", command.getCommandSpec().qualifiedName());
      return command.getCommandSpec().exitCodeOnInvalidInput();
    });
    commandLine.setExecutionExceptionHandler((exception, command, result) -> {
      if (main.stacktrace) {
        exception.printStackTrace(command.getErr());
      } else {
        command.getErr().println("refrain: " + FailureMessage.of(exception));
      }
      return exception instanceof IllegalArgumentException
          ? command.getCommandSpec().exitCodeOnInvalidInput()
          : command.getCommandSpec().exitCodeOnExecutionException();
    });
    return commandLine;
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
