package io.refrain.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys of a tokenizer file of Refrain's own layout, as they are read. */
final class TokenizerFields {
  static final String FORMAT = "format";
  static final String KIND = "kind";
  static final String SPECIAL = "special";
  static final String TOKENS = "tokens";
  static final String NAMED = "named";
  static final String SIZE = "size";

  static final Set<String> KEYS = Set.of(FORMAT, KIND, SPECIAL, TOKENS, NAMED, SIZE);

  private final TokenizerJson json;
  private @Nullable Integer format;
  private @Nullable String kind;
  private @Nullable List<String> special;
  private @Nullable List<String> tokens;
  private @Nullable String named;
  private @Nullable Integer size;
  private @Nullable String firstUnknownKey;

  TokenizerFields(TokenizerJson json) {
    this.json = json;
  }

  Tokenizer read(JsonParser parser) throws IOException {
    readObject(parser);
    return toTokenizer();
  }

  private void readObject(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw json.defect("expected a JSON object, found " + TokenizerJson.describe(parser));
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case FORMAT -> format = readFormat(parser);
        case KIND -> kind = json.string(parser, KIND);
        case SPECIAL -> special = readStrings(parser, SPECIAL);
        case TOKENS -> tokens = readStrings(parser, TOKENS);
        case NAMED -> named = json.string(parser, NAMED);
        case SIZE -> size = readSize(parser);
        default -> {
          firstUnknownKey = firstUnknownKey == null ? key : firstUnknownKey;
          parser.skipChildren();
        }
      }
    }
    json.requireEnd(parser);
  }

  /** Checked at once: what else a newer format holds is not for this reader to judge. */
  private int readFormat(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw json.defect(
          "key \"format\": expected a whole number, found " + TokenizerJson.describe(parser));
    }
    String number = parser.getText();
    if (number.equals("1") || number.equals("2")) {
      return Integer.parseInt(number);
    }
    throw json.defect(
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
      throw json.defect(
          "key \"size\": expected a number of tokens, found " + TokenizerJson.describe(parser));
    }
    return parser.getIntValue();
  }

  private List<String> readStrings(JsonParser parser, String key) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw json.defect(
          "key \"%s\": expected an array of strings, found %s"
              .formatted(key, TokenizerJson.describe(parser)));
    }
    List<String> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(json.string(parser, key));
    }
    return values;
  }

  private Tokenizer toTokenizer() throws IOException {
    int layout = require(format, FORMAT);
    if (firstUnknownKey != null) {
      throw json.defect("key \"%s\" is none of this format's".formatted(firstUnknownKey));
    }
    return layout == TokenizerFile.NAME_FORMAT ? toPublished() : toCounted();
  }

  private Tokenizer toCounted() throws MalformedTokenizerException {
    if (named != null || size != null) {
      throw json.defect("keys \"named\" and \"size\" are none of format 1");
    }
    List<String> allTokens = require(tokens, TOKENS);
    List<String> firstTokens = require(special, SPECIAL);
    if (firstTokens.size() > allTokens.size()
        || !firstTokens.equals(allTokens.subList(0, firstTokens.size()))) {
      throw json.defect("key \"special\": expected the first of the tokens, found " + firstTokens);
    }
    try {
      return TokenizerKind.of(require(kind, KIND))
          .over(Vocabulary.of(allTokens, firstTokens.size()));
    } catch (IllegalArgumentException e) {
      throw json.defect(e.getMessage());
    }
  }

  private Tokenizer toPublished() throws IOException {
    if (kind != null || special != null || tokens != null) {
      throw json.defect("keys \"kind\", \"special\" and \"tokens\" are none of format 2");
    }
    String name = require(named, NAMED);
    int expected = require(size, SIZE);
    Tokenizer tokenizer = PublishedTokenizers.find(name).orElse(null);
    if (tokenizer == null) {
      throw json.defect(
          "the published tokenizer %s is not among those here, %s: add the module that brings it"
              .formatted(name, PublishedTokenizers.names()));
    }
    if (tokenizer.size() != expected) {
      throw json.defect(
          "key \"size\": expected the %d tokens of %s, found %d"
              .formatted(tokenizer.size(), name, expected));
    }
    return tokenizer;
  }

  private <T> T require(@Nullable T value, String key) throws MalformedTokenizerException {
    if (value == null) {
      throw json.defect("key \"%s\" is missing".formatted(key));
    }
    return value;
  }
}
