package io.refrain.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Named training configurations: files of the options of {@code train}, one {@code option = value}
 * a line. They give the defaults that flags override.
 */
final class Recipes implements IDefaultValueProvider {
  private static final String DEFAULT = "default";

  /** The recipe under all others; nobody asks for it by name. */
  private static final String BASE = "base";

  /** The recipes that come with the program, as its help lists them. */
  static final String LISTED =
      "default, notebook, d2l-rnn, d2l-gru, d2l-lstm, d2l-lstm2, shakespeare-3min, shakespeare,"
          + " wikitext2, dickens-bpe";

  static final List<String> NAMES = List.of(LISTED.split(", "));

  private static final String CORPUS = "corpus";
  private static final String MINUTES = "minutes";
  private static final String EPOCHS = "epochs";
  private static final String UPDATES = "updates";

  /** Options that say when training ends. */
  static final Set<String> LIMITS = Set.of(EPOCHS, UPDATES, MINUTES);

  /** Options that say how fast it learns. */
  private static final Set<String> LEARNING_RATE =
      Set.of("learning-rate", "schedule", "warm-up", "minimum-rate");

  private final Properties values;
  private final Properties own;
  private final String name;

  private Recipes(Properties values, Properties own, String name) {
    this.values = values;
    this.own = own;
    this.name = name;
  }

  /**
   * Defaults from a recipe, and from {@code base} where it says nothing.
   *
   * @param recipe a name or a file; null for the default
   * @param limits what the command line says of when to end, some of {@link #LIMITS}. The limits of
   *     the default recipe then do not hold; nor does its learning rate where only the clock ends
   *     the training, for that rate falls with the number of updates.
   */
  static Recipes of(@Nullable String recipe, Set<String> limits) throws IOException {
    Properties values = builtIn(BASE);
    if (limits.contains(EPOCHS) || limits.contains(UPDATES)) {
      values.remove(MINUTES);
    }
    Properties own = new Properties();
    if (recipe == null || recipe.equals(DEFAULT)) {
      Properties best = builtIn(DEFAULT);
      if (!limits.isEmpty()) {
        LIMITS.forEach(best::remove);
      }
      if (limits.equals(Set.of(MINUTES))) {
        LEARNING_RATE.forEach(best::remove);
      }
      replace(values, best);
    } else {
      own = NAMES.contains(recipe) ? builtIn(recipe) : fromFile(recipe);
      requireKnown(recipe, own);
      replace(values, own);
    }
    return new Recipes(values, own, recipe == null ? DEFAULT : recipe);
  }

  /** Where a recipe counts what it does, the time limit of the base does not hold. */
  private static void replace(Properties base, Properties recipe) {
    if (recipe.containsKey(EPOCHS) || recipe.containsKey(UPDATES)) {
      base.remove(MINUTES);
    }
    base.putAll(recipe);
  }

  private static void requireKnown(String recipe, Properties own) {
    Set<String> known = new HashSet<>(Set.of(CORPUS));
    for (OptionSpec option : CommandSpec.forAnnotatedObject(new TrainOptions()).options()) {
      known.add(key(option.longestName()));
    }
    for (String key : own.stringPropertyNames()) {
      if (!known.contains(key)) {
        throw new IllegalArgumentException(
            "recipe %s: unknown option \"%s\"; `refrain train --help` lists them"
                .formatted(recipe, key));
      }
    }
  }

  private static Properties builtIn(String recipe) throws IOException {
    InputStream in = Recipes.class.getResourceAsStream("recipes/" + recipe + ".properties");
    if (in == null) {
      throw new IOException("recipe " + recipe + " is missing from this build; build it again");
    }
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      return read(recipe, reader);
    }
  }

  private static Properties fromFile(String recipe) throws IOException {
    Path file = Path.of(recipe);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "there is no recipe \"%s\": give the path of a file, or one of %s"
              .formatted(recipe, LISTED));
    }
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return read(recipe, reader);
    } catch (CharacterCodingException e) {
      throw new IOException("recipe %s is not UTF-8 text".formatted(recipe), e);
    }
  }

  private static Properties read(String recipe, Reader reader) throws IOException {
    Properties properties = new Properties();
    try {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw new IOException("recipe %s: %s".formatted(recipe, e.getMessage()), e);
    }
    return properties;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return argument.isPositional() ? values.getProperty(CORPUS) : null;
    }
    return valueOf(option.longestName());
  }

  /**
   * What an option is where the command line does not give it; null where no recipe does either.
   *
   * @param option such as --hidden
   */
  @Nullable String valueOf(String option) {
    return values.getProperty(key(option));
  }

  /**
   * What messages call an option that the command line leaves to the recipe.
   *
   * @param option such as --hidden
   */
  String nameOf(String option) {
    return own.containsKey(key(option)) ? "recipe %s: %s".formatted(name, key(option)) : option;
  }

  private static String key(String option) {
    return option.replaceFirst("^--", "");
  }
}
