package io.refrain.cli;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Checks values of options; messages name the option, or the recipe that its value comes from. */
final class OptionCheck {
  private final CommandLine parsed;

  /** Checks the options of a command that has been parsed. */
  OptionCheck(CommandSpec command) {
    parsed = command.commandLine();
  }

  /** An option's value, or another where it is not given. */
  static <T> T or(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }

  /** Whether the command line has the option, rather than a recipe. */
  boolean isGiven(String option) {
    return parsed.getParseResult().hasMatchedOption(option);
  }

  void atLeast(long least, String option, long value) {
    require(value >= least, option, "at least " + least, value);
  }

  void require(boolean met, String option, String what, Number value) {
    if (!met) {
      throw new IllegalArgumentException(
          "%s must be %s, but is %s".formatted(name(option), what, value));
    }
  }

  /** An option as messages name it: with the recipe that its value comes from, if there is one. */
  String name(String option) {
    return parsed.getDefaultValueProvider() instanceof Recipes recipes && !isGiven(option)
        ? recipes.nameOf(option)
        : option;
  }

  <T> T named(String option, Function<String, T> kinds, String value) {
    try {
      return kinds.apply(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name(option) + ": " + e.getMessage(), e);
    }
  }

  /** Whether the value is the first of two. */
  boolean choose(String option, String value, String first, String second) {
    if (value.equals(first) || value.equals(second)) {
      return value.equals(first);
    }
    throw new IllegalArgumentException(
        "%s must be %s or %s, but is \"%s\"".formatted(name(option), first, second, value));
  }

  /** Whether the command line chooses another method than its recipe. */
  boolean choosesAnew(String choice, String chosen) {
    return isGiven(choice)
        && parsed.getDefaultValueProvider() instanceof Recipes recipes
        && !chosen.equals(recipes.valueOf(choice));
  }

  /**
   * Refuses an option that the chosen method has no use for. One that a recipe gives for its own
   * method is left out when the command line chooses another.
   *
   * @param value null where the option is not given
   * @param choice the option that chooses the method
   * @param uses the methods that have a use for it
   * @return the value; null where there is none
   */
  <T> @Nullable T fitting(
      String option, @Nullable T value, String choice, String chosen, List<String> uses) {
    if (value == null || uses.contains(chosen)) {
      return value;
    }
    if (!isGiven(option) && isGiven(choice)) {
      return null;
    }
    throw new IllegalArgumentException(
        "%s does not go with %s %s: it is for %s"
            .formatted(name(option), choice, chosen, String.join(", ", uses)));
  }
}
