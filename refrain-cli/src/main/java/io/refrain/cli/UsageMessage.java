package io.refrain.cli;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in one line for people. */
final class UsageMessage {
  private UsageMessage() {}

  /**
   * Puts it in words.
   *
   * @param words of the command line
   */
  static String of(ParameterException exception, String... words) {
    CommandSpec command = exception.getCommandLine().getCommandSpec();
    String message =
        exception instanceof UnmatchedArgumentException unmatched
            ? ofUnmatched(unmatched, command)
            : source(exception, words) + FailureMessage.of(exception);
    return message + dashHint(command, words);
  }

  /** The recipe that a wrong value comes from. */
  private static String source(ParameterException exception, String... words) {
    if (exception.getArgSpec() instanceof OptionSpec option
        && exception.getCommandLine().getDefaultValueProvider() instanceof Recipes recipes
        && Arrays.stream(words).noneMatch(word -> word.matches(option.longestName() + "(=.*)?"))) {
      String name = recipes.nameOf(option.longestName());
      return name.equals(option.longestName()) ? "" : name + ": ";
    }
    return "";
  }

  private static String ofUnmatched(UnmatchedArgumentException exception, CommandSpec command) {
    String word = exception.getUnmatched().getFirst();
    boolean isOption = exception.isUnknownOption();
    if (!isOption && command.subcommands().isEmpty()) {
      String takes =
          command.positionalParameters().stream()
              .map(PositionalParamSpec::paramLabel)
              .collect(Collectors.joining(" and one "));
      return "'%s' is one word too many: %s takes one %s".formatted(word, command.name(), takes);
    }
    List<String> suggestions = exception.getSuggestions();
    String hint =
        suggestions.isEmpty() ? "" : "; did you mean '%s'?".formatted(suggestions.getFirst());
    return "there is no %s '%s'%s".formatted(isOption ? "option" : "command", word, hint);
  }

  /** A text to score may begin like an option. */
  private static String dashHint(CommandSpec command, String... words) {
    boolean hasStranger =
        Arrays.stream(words)
            .takeWhile(word -> !word.equals("--"))
            .anyMatch(word -> word.startsWith("-") && command.findOption(word) == null);
    return hasStranger && command.userObject() instanceof ScoreCommand
        ? "; put -- before texts that begin with a dash"
        : "";
  }
}
