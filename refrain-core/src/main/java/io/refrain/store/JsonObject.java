package io.refrain.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object whose values are asked for by type; what is missing or of another type is a {@link
 * JsonException} that names file, key, expectation and finding.
 *
 * <p>Immutable. Example: {@code JsonObject.read(run.resolve("config.json")).wholeNumber("hidden")}.
 */
public final class JsonObject {
  private final String source;
  private final String path;
  private final Map<String, @Nullable Object> values;

  private JsonObject(String source, String path, Map<String, @Nullable Object> values) {
    this.source = source;
    this.path = path;
    this.values = values;
  }

  /**
   * Reads a file that holds one JSON object, as {@link Json#read} does.
   *
   * @param file a regular file
   * @return the object
   * @throws JsonException if the file holds anything else
   * @throws IOException if the file does not exist or cannot be read
   */
  public static JsonObject read(Path file) throws IOException {
    return new JsonObject(file.toString(), "", Json.read(file));
  }

  /**
   * Parses one JSON object, as {@link Json#parse} does.
   *
   * @param source what the bytes are called in messages
   * @param utf8 the text in UTF-8
   * @return the object
   * @throws JsonException if the bytes are anything else
   */
  public static JsonObject parse(String source, byte[] utf8) throws JsonException {
    return new JsonObject(source, "", Json.parse(source, utf8));
  }

  /** {@return the object as an unmodifiable map in the order of the file} */
  public Map<String, @Nullable Object> asMap() {
    return values;
  }

  /**
   * {@return whether the key is there with a value other than null}
   *
   * @param key the name of the value
   */
  public boolean has(String key) {
    return values.get(key) != null;
  }

  /**
   * Requires that there is no key but the given ones, so that a misspelt or newer setting is not
   * silently ignored.
   *
   * @param known all keys that may be there
   * @throws JsonException if there is another key
   */
  public void requireOnly(Set<String> known) throws JsonException {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw new JsonException(
            source,
            "%s is unknown; known are %s".formatted(name(key), String.join(", ", sorted(known))));
      }
    }
  }

  /**
   * Gets a string.
   *
   * @param key the name of the value
   * @return the value
   * @throws JsonException if the key is missing or its value of another type
   */
  public String string(String key) throws JsonException {
    return value(key, String.class, "a string");
  }

  /**
   * Gets true or false.
   *
   * @param key the name of the value
   * @return the value
   * @throws JsonException if the key is missing or its value of another type
   */
  public boolean flag(String key) throws JsonException {
    return value(key, Boolean.class, "true or false");
  }

  /**
   * Gets a whole number.
   *
   * @param key the name of the value
   * @return the value
   * @throws JsonException if the key is missing or its value of another type
   */
  public long wholeNumber(String key) throws JsonException {
    return value(key, Long.class, "a whole number");
  }

  /**
   * Gets a whole number between two limits.
   *
   * @param key the name of the value
   * @param least the smallest value that is allowed
   * @param most the largest value that is allowed
   * @return the value
   * @throws JsonException if the key is missing or its value of another type or out of range
   */
  public int wholeNumber(String key, int least, int most) throws JsonException {
    long number = wholeNumber(key);
    if (number < least || number > most) {
      throw unexpected(key, "a whole number from %d to %d".formatted(least, most), number);
    }
    return (int) number;
  }

  /**
   * Gets a number, whole or not.
   *
   * @param key the name of the value
   * @return the value
   * @throws JsonException if the key is missing or its value of another type
   */
  public double number(String key) throws JsonException {
    return value(key, Number.class, "a number").doubleValue();
  }

  /**
   * Gets an object.
   *
   * @param key the name of the value
   * @return the value
   * @throws JsonException if the key is missing or its value of another type
   */
  public JsonObject object(String key) throws JsonException {
    @SuppressWarnings("unchecked") // the parser gives all maps string keys
    Map<String, @Nullable Object> object = value(key, Map.class, "an object");
    return new JsonObject(source, path + key + ".", object);
  }

  /**
   * Gets an array.
   *
   * @param key the name of the value
   * @return an unmodifiable list of the kinds of values that {@link Json} describes
   * @throws JsonException if the key is missing or its value of another type
   */
  public List<? extends @Nullable Object> list(String key) throws JsonException {
    @SuppressWarnings("unchecked") // the list is only read
    List<? extends @Nullable Object> list = value(key, List.class, "an array");
    return list;
  }

  /** Returns the object as JSON on one line. */
  @Override
  public String toString() {
    return Json.line(values);
  }

  private <T> T value(String key, Class<T> type, String expectation) throws JsonException {
    if (!values.containsKey(key)) {
      throw new JsonException(source, name(key) + " is missing; it must be " + expectation);
    }
    Object value = values.get(key);
    if (!type.isInstance(value)) {
      throw unexpected(key, expectation, value);
    }
    return type.cast(value);
  }

  private JsonException unexpected(String key, String expectation, @Nullable Object found) {
    String description =
        switch (found) {
          case String text -> FileText.quote(text);
          case Map<?, ?> object -> "an object";
          case List<?> list -> "an array";
          case null, default -> String.valueOf(found);
        };
    return new JsonException(
        source, "%s must be %s, found %s".formatted(name(key), expectation, description));
  }

  private String name(String key) {
    String quoted = FileText.quote(path + key);
    return "`" + quoted.substring(1, quoted.length() - 1) + "`";
  }

  private static List<String> sorted(Collection<String> keys) {
    return keys.stream().sorted().toList();
  }
}
