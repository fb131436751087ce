package io.refrain.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
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

  static final List<String> NAMES =
      List.of(DEFAULT, "notebook", "d2l-rnn", "d2l-gru", "d2l-lstm", "d2l-lstm2");

  private static final String CORPUS = "corpus";
  private static final String MINUTES = "minutes";
  private static final String EPOCHS = "epochs";
  private static final String UPDATES = "updates";

  private final Properties values;
  private final Properties own;
  private final String name;

  private Recipes(Properties values, Properties own, String name) {
    this.values = values;
    this.own = own;
    this.name = name;
  }

  /**
   * Defaults from a recipe, and from the default one where it says nothing.
   *
   * @param recipe a name or a file; null for the default
   * @param counted whether the command line says how many epochs or updates: then the default time
   *     limit does not hold
   */
  static Recipes of(@Nullable String recipe, boolean counted) throws IOException {
    Properties values = load(DEFAULT);
    if (counted) {
      values.remove(MINUTES);
    }
    Properties own = new Properties();
    if (recipe != null && !recipe.equals(DEFAULT)) {
      own = load(recipe);
      requireKnown(recipe, own);
      if ((own.containsKey(EPOCHS) || own.containsKey(UPDATES)) && !own.containsKey(MINUTES)) {
        values.remove(MINUTES);
      }
      values.putAll(own);
    }
    return new Recipes(values, own, recipe == null ? DEFAULT : recipe);
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

  private static Properties load(String recipe) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = open(recipe)) {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw new IOException("recipe %s: %s".formatted(recipe, e.getMessage()), e);
    }
    return properties;
  }

  private static Reader open(String recipe) throws IOException {
    if (NAMES.contains(recipe)) {
      InputStream in = Recipes.class.getResourceAsStream("recipes/" + recipe + ".properties");
      if (in == null) {
        throw new IOException("recipe " + recipe + " is missing from this build; build it again");
      }
      return new InputStreamReader(in, StandardCharsets.UTF_8);
    }
    Path file = Path.of(recipe);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "there is no recipe \"%s\": give the path of a file, or one of %s"
              .formatted(recipe, String.join(", ", NAMES)));
    }
    return Files.newBufferedReader(file, StandardCharsets.UTF_8);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return argument.isPositional() ? values.getProperty(CORPUS) : null;
    }
    return values.getProperty(key(option.longestName()));
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
