package io.refrain.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.refrain.text.bpe.SplitPattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads byte-level BPE from the format of Hugging Face's tokenizers. What would change an id and is
 * not supported is refused by its key; settings of offsets, and of unknown tokens where there are
 * none, are passed over.
 */
final class HuggingFaceReader {
  static final Set<String> KEYS =
      Set.of(
          "version",
          "truncation",
          "padding",
          "added_tokens",
          "normalizer",
          "pre_tokenizer",
          "post_processor",
          "decoder",
          "model");

  private static final Set<String> BYTE_LEVEL =
      Set.of("type", "add_prefix_space", "trim_offsets", "use_regex");
  private static final Set<String> ADDED_TOKEN =
      Set.of("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");

  private final TokenizerJson json;
  private final Map<String, JsonTree> values = new HashMap<>();
  private final HuggingFaceModel model;

  HuggingFaceReader(TokenizerJson json) {
    this.json = json;
    this.model = new HuggingFaceModel(json);
  }

  Tokenizer read(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw json.defect("expected a JSON object, found " + TokenizerJson.describe(parser));
    }
    boolean hasModel = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      if (!KEYS.contains(key)) {
        throw json.defect("key \"%s\" is not supported".formatted(key));
      }
      if (key.equals("model")) {
        model.read(parser);
        hasModel = true;
      } else {
        values.put(key, JsonTree.read(json, key, parser));
      }
    }
    json.requireEnd(parser);
    if (!hasModel) {
      throw json.defect("key \"model\" is missing");
    }
    return toTokenizer();
  }

  private Tokenizer toTokenizer() throws MalformedTokenizerException {
    value("version").requireNone("1.0");
    value("truncation").requireNone();
    value("padding").requireNone();
    requireByteLevel(value("decoder"));
    if (!value("post_processor").isNull()) {
      requireByteLevel(value("post_processor"));
    }
    List<AddedToken> added = addedTokens();
    Splitting splitting = splitting(value("pre_tokenizer"));
    boolean composed = composes(value("normalizer"));
    try {
      return new BpeTokenizer(
          model.toModel(added),
          new BpeTokenizer.Settings(splitting.pattern(), splitting.prefixSpace(), composed, added));
    } catch (IllegalArgumentException e) {
      throw json.defect(e.getMessage());
    }
  }

  private JsonTree value(String key) {
    JsonTree value = values.get(key);
    return value == null ? JsonTree.missing(json, key) : value;
  }

  private static void requireByteLevel(JsonTree value) throws MalformedTokenizerException {
    if (value.isNull() || !value.get("type").is("ByteLevel")) {
      throw value.wrong("a ByteLevel, for nothing else is supported");
    }
    value.requireOnly(BYTE_LEVEL);
  }

  private static boolean composes(JsonTree normalizer) throws MalformedTokenizerException {
    if (normalizer.isNull()) {
      return false;
    }
    if (normalizer.get("type").is("NFC")) {
      normalizer.requireOnly(Set.of("type"));
      return true;
    }
    throw normalizer.wrong("null or an NFC, for nothing else is supported");
  }

  /** How text is cut, and whether it gets a space in front. */
  private record Splitting(SplitPattern pattern, boolean prefixSpace) {}

  private Splitting splitting(JsonTree value) throws MalformedTokenizerException {
    if (!value.isNull() && value.get("type").is("Sequence")) {
      value.requireOnly(Set.of("type", "pretokenizers"));
      List<JsonTree> steps = value.get("pretokenizers").array();
      if (steps.size() == 2) {
        return split(steps.getFirst(), steps.getLast());
      }
      if (steps.size() == 1) {
        return byteLevel(steps.getFirst());
      }
      throw value
          .get("pretokenizers")
          .wrong("a Split and a ByteLevel, for nothing else is supported");
    }
    return byteLevel(value);
  }

  private static Splitting byteLevel(JsonTree value) throws MalformedTokenizerException {
    requireByteLevel(value);
    SplitPattern pattern =
        value.get("use_regex").flag(true) ? SplitPattern.GPT2 : SplitPattern.NONE;
    return new Splitting(pattern, value.get("add_prefix_space").flag());
  }

  private Splitting split(JsonTree split, JsonTree byteLevel) throws MalformedTokenizerException {
    if (!split.get("type").is("Split")) {
      throw split.wrong("a Split, for nothing else is supported before a ByteLevel");
    }
    split.requireOnly(Set.of("type", "pattern", "behavior", "invert"));
    requireByteLevel(byteLevel);
    byteLevel.get("use_regex").require(false);
    byteLevel.get("add_prefix_space").require(false);
    split.get("pattern").requireOnly(Set.of("Regex"));
    JsonTree expression = split.get("pattern").get("Regex");
    String regex = expression.string();
    if (regex.isEmpty()) {
      throw expression.wrong("a regular expression");
    }
    SplitPattern pattern;
    try {
      pattern = SplitPattern.of(regex);
    } catch (IllegalArgumentException e) {
      throw json.defect("key \"pre_tokenizer\": " + e.getMessage());
    }
    // To remove all but the matches is the same where the matches are the whole text.
    boolean removesNothing =
        pattern.knowsCuts() && split.get("behavior").is("Removed") && split.get("invert").is(true);
    if (!removesNothing) {
      split.get("behavior").require("Isolated");
      split.get("invert").require(false);
    }
    return new Splitting(pattern, false);
  }

  private List<AddedToken> addedTokens() throws MalformedTokenizerException {
    List<AddedToken> tokens = new ArrayList<>();
    if (value("added_tokens").isNull()) {
      return tokens;
    }
    for (JsonTree token : value("added_tokens").array()) {
      token.requireOnly(ADDED_TOKEN);
      token.get("single_word").requireNone(false);
      token.get("lstrip").requireNone(false);
      token.get("rstrip").requireNone(false);
      String content = token.get("content").string();
      if (content.isEmpty()) {
        throw token.get("content").wrong("some characters");
      }
      tokens.add(
          new AddedToken(
              token.get("id").index(),
              content,
              token.get("special").flag(false),
              token.get("normalized").flag(false)));
    }
    return tokens;
  }
}
