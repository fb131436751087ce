package io.refrain.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The JSON of a tokenizer file, whose every defect becomes one named exception. */
final class TokenizerJson {
  /** The layouts are six levels deep; much deeper nesting is an attack on the parser's stack. */
  private static final int MAXIMUM_DEPTH = 10;

  private static final int LONGEST_MESSAGE = 300;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAXIMUM_DEPTH)
                  .maxStringLength(TokenizerFile.MAXIMUM_BYTES) // a text may be one long word
                  .maxNameLength(TokenizerFile.MAXIMUM_BYTES)
                  .build())
          .build();

  private final String file;
  private final String text;

  /** Reads a file from its parser, which stands before the first token. */
  @FunctionalInterface
  interface Layout {
    Tokenizer read(JsonParser parser) throws IOException;
  }

  /**
   * The JSON of a file.
   *
   * @param file what messages call it
   * @throws MalformedTokenizerException if the bytes are no UTF-8; the parser, given the bytes,
   *     would guess at UTF-16 and UTF-32 and let some defects pass
   */
  TokenizerJson(String file, byte[] bytes) throws MalformedTokenizerException {
    this.file = file;
    try {
      this.text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw defect("not valid JSON: the bytes are not UTF-8");
    }
  }

  /** Whether the first of some keys at the top level is one of these rather than of those. */
  boolean hasFirst(Set<String> these, Set<String> those) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        if (these.contains(key) || those.contains(key)) {
          return these.contains(key);
        }
        parser.nextToken();
        parser.skipChildren();
      }
      return false;
    } catch (IOException e) {
      return false; // whoever reads it says what is wrong
    }
  }

  /** Reads the file by its layout. */
  Tokenizer read(Layout layout) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      return layout.read(parser);
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      String where =
          place == null
              ? ""
              : " at line %d, column %d".formatted(place.getLineNr(), place.getColumnNr());
      throw defect("not valid JSON" + where + ": " + e.getOriginalMessage());
    }
  }

  String string(JsonParser parser, String key) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw defect("key \"%s\": expected a string, found %s".formatted(key, describe(parser)));
    }
    return requireWhole(parser.getText(), key);
  }

  String requireWhole(String value, String key) throws MalformedTokenizerException {
    if (!WellFormed.of(value).equals(value)) {
      throw defect("key \"%s\": half of a surrogate pair in a string".formatted(key));
    }
    return value;
  }

  void requireEnd(JsonParser parser) throws IOException {
    if (parser.nextToken() != null) {
      throw defect("expected nothing after the JSON object, found " + describe(parser));
    }
  }

  static String describe(JsonParser parser) {
    JsonToken token = parser.currentToken();
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT, END_OBJECT -> "an object";
      case START_ARRAY, END_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a truth value";
      case VALUE_NULL -> "null";
      default -> "something else";
    };
  }

  /** One line, and not a long one, whatever strings of the file the text quotes. */
  MalformedTokenizerException defect(@Nullable String text) {
    String line = String.valueOf(text).replaceAll("\\p{Cntrl}", " ");
    return new MalformedTokenizerException(
        file, line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…");
  }
}
