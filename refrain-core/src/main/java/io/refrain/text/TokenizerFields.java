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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of a tokenizer file as they are read; every defect becomes one named exception. */
final class TokenizerFields {
  static final String FORMAT = "format";
  static final String KIND = "kind";
  static final String SPECIAL = "special";
  static final String TOKENS = "tokens";
  static final String NAMED = "named";
  static final String SIZE = "size";

  /** The layout is two levels deep; deeper nesting is an attack on the parser's stack. */
  private static final int MAXIMUM_DEPTH = 8;

  private static final int MAXIMUM_TOKEN_LENGTH = 100_000;
  private static final int LONGEST_MESSAGE = 300;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAXIMUM_DEPTH)
                  .maxStringLength(MAXIMUM_TOKEN_LENGTH)
                  .maxNameLength(MAXIMUM_TOKEN_LENGTH)
                  .build())
          .build();

  private final String file;
  private @Nullable Integer format;
  private @Nullable String kind;
  private @Nullable List<String> special;
  private @Nullable List<String> tokens;
  private @Nullable String named;
  private @Nullable Integer size;
  private @Nullable String firstUnknownKey;

  TokenizerFields(String file) {
    this.file = file;
  }

  Tokenizer parse(byte[] json) throws IOException {
    try (JsonParser parser = FACTORY.createParser(decodeUtf8(json))) {
      readObject(parser);
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      String where =
          place == null
              ? ""
              : " at line %d, column %d".formatted(place.getLineNr(), place.getColumnNr());
      throw defect("not valid JSON" + where + ": " + e.getOriginalMessage());
    } catch (MalformedTokenizerException e) {
      throw e;
    } catch (IOException e) {
      throw new IllegalStateException("a string in memory cannot fail to be read", e);
    }
    return toTokenizer();
  }

  /** The parser, given the bytes, would guess at UTF-16 and UTF-32 and let some defects pass. */
  private String decodeUtf8(byte[] json) throws MalformedTokenizerException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    } catch (CharacterCodingException e) {
      throw defect("not valid JSON: the bytes are not UTF-8");
    }
  }

  private void readObject(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw defect("expected a JSON object, found " + describe(parser));
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case FORMAT -> format = readFormat(parser);
        case KIND -> kind = readString(parser, KIND);
        case SPECIAL -> special = readStrings(parser, SPECIAL);
        case TOKENS -> tokens = readStrings(parser, TOKENS);
        case NAMED -> named = readString(parser, NAMED);
        case SIZE -> size = readSize(parser);
        default -> {
          firstUnknownKey = firstUnknownKey == null ? key : firstUnknownKey;
          parser.skipChildren();
        }
      }
    }
    if (parser.nextToken() != null) {
      throw defect("expected nothing after the JSON object, found " + describe(parser));
    }
  }

  /** Checked at once: what else a newer format holds is not for this reader to judge. */
  private int readFormat(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw defect("key \"format\": expected a whole number, found " + describe(parser));
    }
    String number = parser.getText();
    if (number.equals("1") || number.equals("2")) {
      return Integer.parseInt(number);
    }
    throw defect(
        "key \"format\": expected %d or %d, found %s%s"
            .formatted(
                TokenizerFile.VOCABULARY_FORMAT,
                TokenizerFile.NAME_FORMAT,
                number,
                number.startsWith("-") || number.equals("0")
                    ? ""
                    : "; a newer version of Refrain wrote it, and is needed to read it"));
  }

  private int readSize(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
        || parser.getNumberType() != JsonParser.NumberType.INT) {
      throw defect("key \"size\": expected a number of tokens, found " + describe(parser));
    }
    return parser.getIntValue();
  }

  private String readString(JsonParser parser, String key) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw defect("key \"%s\": expected a string, found %s".formatted(key, describe(parser)));
    }
    String value = parser.getText();
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw defect("key \"%s\": half of a surrogate pair in a string".formatted(key));
    }
    return value;
  }

  private List<String> readStrings(JsonParser parser, String key) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw defect(
          "key \"%s\": expected an array of strings, found %s".formatted(key, describe(parser)));
    }
    List<String> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(readString(parser, key));
    }
    return values;
  }

  private Tokenizer toTokenizer() throws IOException {
    int layout = require(format, FORMAT);
    if (firstUnknownKey != null) {
      throw defect("key \"%s\" is none of this format's".formatted(firstUnknownKey));
    }
    return layout == TokenizerFile.NAME_FORMAT ? toPublished() : toCounted();
  }

  private Tokenizer toCounted() throws MalformedTokenizerException {
    if (named != null || size != null) {
      throw defect("keys \"named\" and \"size\" are none of format 1");
    }
    List<String> allTokens = require(tokens, TOKENS);
    List<String> firstTokens = require(special, SPECIAL);
    if (firstTokens.size() > allTokens.size()
        || !firstTokens.equals(allTokens.subList(0, firstTokens.size()))) {
      throw defect("key \"special\": expected the first of the tokens, found " + firstTokens);
    }
    try {
      return TokenizerKind.of(require(kind, KIND))
          .over(Vocabulary.of(allTokens, firstTokens.size()));
    } catch (IllegalArgumentException e) {
      throw defect(e.getMessage());
    }
  }

  private Tokenizer toPublished() throws IOException {
    if (kind != null || special != null || tokens != null) {
      throw defect("keys \"kind\", \"special\" and \"tokens\" are none of format 2");
    }
    String name = require(named, NAMED);
    int expected = require(size, SIZE);
    Tokenizer tokenizer = PublishedTokenizers.find(name).orElse(null);
    if (tokenizer == null) {
      throw defect(
          "the published tokenizer %s is not among those here, %s: add the module that brings it"
              .formatted(name, PublishedTokenizers.names()));
    }
    if (tokenizer.size() != expected) {
      throw defect(
          "key \"size\": expected the %d tokens of %s, found %d"
              .formatted(tokenizer.size(), name, expected));
    }
    return tokenizer;
  }

  private <T> T require(@Nullable T value, String key) throws MalformedTokenizerException {
    if (value == null) {
      throw defect("key \"%s\" is missing".formatted(key));
    }
    return value;
  }

  private static String describe(JsonParser parser) throws IOException {
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
  private MalformedTokenizerException defect(@Nullable String text) {
    String line = String.valueOf(text).replaceAll("\\p{Cntrl}", " ");
    return new MalformedTokenizerException(
        file, line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…");
  }
}
