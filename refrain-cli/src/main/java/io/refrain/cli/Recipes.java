package io.refrain.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Named training configurations: files of the options of {@code train}, one {@code option = value}
 * a line. They give the defaults that flags override.
 */
final class Recipes implements IDefaultValueProvider {
  private static final String DEFAULT = "default";

  static final List<String> NAMES = List.of(DEFAULT, "notebook", "d2l-rnn");

  private static final String CORPUS = "corpus";
  private static final String MINUTES = "minutes";
  private static final String EPOCHS = "epochs";

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
   * @param limitedByEpochs whether the command line says how many epochs: then the default time
   *     limit does not hold
   */
  static Recipes of(@Nullable String recipe, boolean limitedByEpochs) throws IOException {
    Properties values = load(DEFAULT);
    if (limitedByEpochs) {
      values.remove(MINUTES);
    }
    Properties own = new Properties();
    if (recipe != null && !recipe.equals(DEFAULT)) {
      own = load(recipe);
      for (String key : own.stringPropertyNames()) {
        if (!values.containsKey(key) && !key.equals(EPOCHS) && !key.equals(MINUTES)) {
          throw new IllegalArgumentException(
              "recipe %s: unknown option \"%s\"; `refrain train --help` lists them"
                  .formatted(recipe, key));
        }
      }
      if (own.containsKey(EPOCHS) && !own.containsKey(MINUTES)) {
        values.remove(MINUTES);
      }
      values.putAll(own);
    }
    return new Recipes(values, own, recipe == null ? DEFAULT : recipe);
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
