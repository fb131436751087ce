package io.refrain.store;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON objects as ordered maps: small records such as a configuration, not documents.
 *
 * <p>An object is a {@code Map<String, Object>} in the order of the file, an array a {@code List},
 * a whole number a {@code Long}, any other number a {@code Double}; strings, booleans and null are
 * themselves. Reading is strict: UTF-8 only, no duplicate keys, nothing after the object, numbers
 * that fit their type, at most {@value #MAXIMUM_DEPTH} levels and {@value #MAXIMUM_BYTES} bytes.
 */
public final class Json {
  /** The deepest nesting that is read or written. */
  public static final int MAXIMUM_DEPTH = 64;

  /** The largest file that is read. */
  public static final int MAXIMUM_BYTES = 100_000_000;

  /** Names are not interned: those of a hostile file would outlive it. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(MAXIMUM_DEPTH).build())
          .build();

  private Json() {}

  /**
   * Reads a file that holds one JSON object.
   *
   * @param file a regular file
   * @return the object, unmodifiable at every level
   * @throws JsonException if the file holds anything else
   * @throws IOException if the file does not exist or cannot be read
   */
  public static Map<String, @Nullable Object> read(Path file) throws IOException {
    ReadableFile.require(file);
    byte[] utf8;
    try (InputStream in = Files.newInputStream(file)) {
      utf8 = in.readNBytes(MAXIMUM_BYTES + 1);
    }
    if (utf8.length > MAXIMUM_BYTES) {
      throw new JsonException(file.toString(), "longer than " + MAXIMUM_BYTES + " bytes");
    }
    return parse(file.toString(), utf8);
  }

  /**
   * Parses one JSON object.
   *
   * @param source what the bytes are called in messages, such as the name of their file
   * @param utf8 the text in UTF-8
   * @return the object, unmodifiable at every level
   * @throws JsonException if the bytes are anything else
   */
  public static Map<String, @Nullable Object> parse(String source, byte[] utf8)
      throws JsonException {
    try (JsonParser tokens = tokens(utf8)) {
      if (tokens.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonException(source, "must be a JSON object, found " + found(tokens));
      }
      Map<String, @Nullable Object> object = object(source, tokens);
      if (tokens.nextToken() != null) {
        throw new JsonException(source, "not JSON: text follows the end of the object");
      }
      return object;
    } catch (JsonException defect) {
      throw defect;
    } catch (IOException syntax) {
      throw new JsonException(source, explain(syntax));
    }
  }

  /**
   * Writes an object for people to read: indented by two spaces, one key a line, a line feed at the
   * end.
   *
   * @param object values of the kinds that {@link #parse} returns, and any other {@code Number} of
   *     the JDK that is no larger than those; NaN and the infinities, which JSON lacks, become null
   * @return the text; {@code getBytes(UTF_8)} is the content of a file
   * @throws IllegalArgumentException if a value is of another kind, or objects nest too deeply
   */
  public static String pretty(Map<String, ? extends @Nullable Object> object) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(DefaultPrettyPrinter.FixedSpaceIndenter.instance);
    return new String(write(object, printer), StandardCharsets.UTF_8) + "\n";
  }

  /**
   * Writes an object on one line.
   *
   * @param object as for {@link #pretty}
   * @return the text, without a line feed
   * @throws IllegalArgumentException as for {@link #pretty}
   */
  public static String line(Map<String, ? extends @Nullable Object> object) {
    return new String(write(object, null), StandardCharsets.UTF_8);
  }

  /** Opens a strict parser on bytes in memory; any {@code IOException} it throws is a defect. */
  static JsonParser tokens(byte[] utf8) throws IOException {
    // By default Jackson guesses the encoding and a decoder replaces what is malformed; this one
    // does neither.
    return FACTORY.createParser(
        new InputStreamReader(new ByteArrayInputStream(utf8), StandardCharsets.UTF_8.newDecoder()));
  }

  /** Opens a generator of UTF-8; closing it closes the stream. */
  static JsonGenerator generator(OutputStream out) throws IOException {
    return FACTORY.createGenerator(out, JsonEncoding.UTF8);
  }

  /** Explains in one line why parsing failed. */
  static String explain(IOException failure) {
    if (failure instanceof CharacterCodingException) {
      return "not JSON: not UTF-8 text";
    }
    if (failure instanceof JacksonException syntax && syntax.getLocation() != null) {
      String problem = syntax.getOriginalMessage().lines().findFirst().orElse("");
      return "not JSON at line %d, column %d: %s"
          .formatted(syntax.getLocation().getLineNr(), syntax.getLocation().getColumnNr(), problem);
    }
    return "not JSON: " + failure.getMessage();
  }

  /** Describes the current token for a message. */
  static String found(JsonParser tokens) throws IOException {
    return switch (tokens.currentToken()) {
      case null -> "nothing";
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> FileText.quote(tokens.getText());
      default -> tokens.getText();
    };
  }

  private static Map<String, @Nullable Object> object(String source, JsonParser tokens)
      throws IOException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    while (tokens.nextToken() != JsonToken.END_OBJECT) {
      String key = tokens.currentName();
      if (object.containsKey(key)) {
        throw new JsonException(source, FileText.quote(key) + " is given twice");
      }
      tokens.nextToken();
      object.put(key, value(source, tokens));
    }
    return Collections.unmodifiableMap(object);
  }

  private static @Nullable Object value(String source, JsonParser tokens) throws IOException {
    return switch (tokens.currentToken()) {
      case START_OBJECT -> object(source, tokens);
      case START_ARRAY -> {
        List<@Nullable Object> array = new ArrayList<>();
        while (tokens.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(source, tokens));
        }
        yield Collections.unmodifiableList(array);
      }
      case VALUE_STRING -> {
        String text = tokens.getText();
        if (!FileText.isWellFormed(text)) {
          throw new JsonException(source, "half a surrogate pair is in " + FileText.quote(text));
        }
        yield text;
      }
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_NUMBER_INT -> {
        if (tokens.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          throw new JsonException(source, "a number is too large: " + found(tokens));
        }
        yield tokens.getLongValue();
      }
      case VALUE_NUMBER_FLOAT -> {
        double number = tokens.getDoubleValue();
        if (!Double.isFinite(number)) {
          throw new JsonException(source, "a number is too large: " + found(tokens));
        }
        yield number;
      }
      default -> throw new JsonException(source, "not JSON: unexpected " + found(tokens));
    };
  }

  private static byte[] write(
      Map<String, ? extends @Nullable Object> object, @Nullable DefaultPrettyPrinter printer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = generator(out)) {
      if (printer != null) {
        json.setPrettyPrinter(printer);
      }
      writeValue(json, object, MAXIMUM_DEPTH);
    } catch (IOException unwritable) {
      throw new IllegalArgumentException(
          "cannot be written as JSON: " + unwritable.getMessage(), unwritable);
    }
    return out.toByteArray();
  }

  private static void writeValue(JsonGenerator json, @Nullable Object value, int depth)
      throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case String text -> {
        FileText.requireWellFormed("a string in JSON", text);
        json.writeString(text);
      }
      case Boolean flag -> json.writeBoolean(flag);
      case Double number when !Double.isFinite(number) -> json.writeNull();
      case Float number when !Float.isFinite(number) -> json.writeNull();
      case Double number -> json.writeNumber(number);
      case Float number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Integer number -> json.writeNumber(number);
      case Short number -> json.writeNumber(number);
      case Byte number -> json.writeNumber(number);
      case Map<?, ?> object -> writeObject(json, object, depth);
      case List<?> array -> {
        requireDepth(depth);
        json.writeStartArray();
        for (Object element : array) {
          writeValue(json, element, depth - 1);
        }
        json.writeEndArray();
      }
      default ->
          throw new IllegalArgumentException(
              "JSON has no form for a %s; use strings, numbers, booleans, lists and maps"
                  .formatted(value.getClass().getName()));
    }
  }

  private static void writeObject(JsonGenerator json, Map<?, ?> object, int depth)
      throws IOException {
    requireDepth(depth);
    json.writeStartObject();
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      String key = String.valueOf(entry.getKey());
      FileText.requireWellFormed("a key in JSON", key);
      json.writeFieldName(key);
      writeValue(json, entry.getValue(), depth - 1);
    }
    json.writeEndObject();
  }

  private static void requireDepth(int depth) {
    if (depth == 0) {
      throw new IllegalArgumentException(
          "lists and maps nest more than %d levels deep, or contain themselves"
              .formatted(MAXIMUM_DEPTH));
    }
  }
}
