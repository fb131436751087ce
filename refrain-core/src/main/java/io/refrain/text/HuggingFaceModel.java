package io.refrain.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.ByteAlphabet;
import io.refrain.text.bpe.IntList;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The key {@code model} of Hugging Face's format: vocabulary and merges. */
final class HuggingFaceModel {
  private static final Set<String> SETTINGS =
      Set.of(
          "type",
          "dropout",
          "unk_token",
          "continuing_subword_prefix",
          "end_of_word_suffix",
          "fuse_unk",
          "byte_fallback",
          "ignore_merges");

  private final TokenizerJson json;
  private final Map<String, JsonTree> settings = new LinkedHashMap<>();
  private @Nullable Map<String, Integer> vocabulary;
  private @Nullable List<String> merges; // left and right in turns

  HuggingFaceModel(TokenizerJson json) {
    this.json = json;
  }

  void read(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw json.defect(
          "key \"model\": expected an object, found " + TokenizerJson.describe(parser));
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "vocab" -> vocabulary = readVocabulary(parser);
        case "merges" -> merges = readMerges(parser);
        default -> {
          if (!SETTINGS.contains(key)) {
            throw json.defect("key \"model.%s\" is not supported".formatted(key));
          }
          settings.put(key, JsonTree.read(json, "model." + key, parser));
        }
      }
    }
  }

  private Map<String, Integer> readVocabulary(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw json.defect(
          "key \"model.vocab\": expected an object of tokens, found "
              + TokenizerJson.describe(parser));
    }
    Map<String, Integer> ids = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String token = json.requireWhole(parser.currentName(), "model.vocab");
      parser.nextToken();
      boolean isId =
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() == JsonParser.NumberType.INT
              && parser.getIntValue() >= 0;
      if (!isId) {
        throw json.defect(
            "key \"model.vocab\": expected a whole number of at least 0 for \"%s\", found %s"
                .formatted(token, TokenizerJson.describe(parser)));
      }
      ids.put(token, parser.getIntValue());
    }
    return ids;
  }

  private List<String> readMerges(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw json.defect(
          "key \"model.merges\": expected an array, found " + TokenizerJson.describe(parser));
    }
    List<String> pairs = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      List<String> pair = readMerge(parser, pairs.size() / 2);
      if (pair.size() != 2) {
        throw json.defect(
            "key \"model.merges[%d]\": expected two tokens, found %d"
                .formatted(pairs.size() / 2, pair.size()));
      }
      pairs.addAll(pair);
    }
    return pairs;
  }

  /** As {@code "a b"} or, since version 0.20 of their library, {@code ["a","b"]}. */
  private List<String> readMerge(JsonParser parser, int number) throws IOException {
    String key = "model.merges[%d]".formatted(number);
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      return Arrays.asList(json.string(parser, key).split(" ", -1));
    }
    List<String> pair = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      pair.add(json.string(parser, key));
    }
    return pair;
  }

  /**
   * The model; of the added tokens, those that stand in the vocabulary may be of any characters.
   * Where these spell other bytes, they are not the model's.
   */
  BpeModel toModel(List<AddedToken> added) throws MalformedTokenizerException {
    requireSettings();
    Map<String, Integer> ids = required(vocabulary, "vocab");
    List<String> pairs = required(merges, "merges");
    requireIdsOf(added, ids);
    List<byte @Nullable []> tokens = tokens(ids, added);
    IntList lefts = new IntList(pairs.size() / 2);
    IntList rights = new IntList(pairs.size() / 2);
    for (int i = 0; i < pairs.size(); i += 2) {
      lefts.add(idOfPart(ids, tokens, pairs.get(i), i / 2));
      rights.add(idOfPart(ids, tokens, pairs.get(i + 1), i / 2));
    }
    boolean wholePieces = setting("ignore_merges").flag(false);
    try {
      return new BpeModel(tokens, lefts.toArray(), rights.toArray(), wholePieces);
    } catch (IllegalArgumentException e) {
      throw json.defect("key \"model\": " + e.getMessage());
    }
  }

  private void requireSettings() throws MalformedTokenizerException {
    setting("type").requireNone("BPE");
    setting("dropout").requireNone(0, 0.0);
    setting("continuing_subword_prefix").requireNone("");
    setting("end_of_word_suffix").requireNone("");
    setting("byte_fallback").requireNone(false);
    // every byte is a token, so that nothing is unknown
    setting("fuse_unk").flag(false);
    if (!setting("unk_token").isNull()) {
      setting("unk_token").string();
    }
  }

  private JsonTree setting(String key) {
    JsonTree value = settings.get(key);
    return value == null ? JsonTree.missing(json, "model." + key) : value;
  }

  private <T> T required(@Nullable T value, String key) throws MalformedTokenizerException {
    if (value == null) {
      throw json.defect("key \"model.%s\" is missing".formatted(key));
    }
    return value;
  }

  /** An added token has the id of the vocabulary, or the next one after all others. */
  private void requireIdsOf(List<AddedToken> added, Map<String, Integer> ids)
      throws MalformedTokenizerException {
    int next = ids.size();
    for (AddedToken token : added) {
      if (token.content().length() == 1 && ByteAlphabet.spellsOtherBytes(token.content())) {
        throw json.defect(
            "key \"added_tokens\": expected none that is the letter of a byte, found \"%s\""
                .formatted(token.content()));
      }
      Integer there = ids.get(token.content());
      int expected = there == null ? next : there;
      if (token.id() != expected) {
        throw json.defect(
            "key \"added_tokens\": expected the id %d for \"%s\", found %d"
                .formatted(expected, token.content(), token.id()));
      }
      next = Math.max(next, token.id() + 1);
    }
  }

  private List<byte @Nullable []> tokens(Map<String, Integer> ids, List<AddedToken> added)
      throws MalformedTokenizerException {
    Set<String> contents = new HashSet<>();
    added.forEach(token -> contents.add(token.content()));
    int size = 0;
    for (Map.Entry<String, Integer> entry : ids.entrySet()) {
      if (entry.getValue() > ids.size() + BpeTokenizer.GAPS) {
        throw json.defect(
            "key \"model.vocab\": expected ids about as large as the number of tokens, %d, found %d"
                .formatted(ids.size(), entry.getValue()));
      }
      size = Math.max(size, entry.getValue() + 1);
    }
    byte[] @Nullable [] tokens = new byte[size] @Nullable [];
    boolean[] taken = new boolean[size];
    for (Map.Entry<String, Integer> entry : ids.entrySet()) {
      boolean isAdded = contents.contains(entry.getKey());
      boolean isText = isAdded && ByteAlphabet.spellsOtherBytes(entry.getKey());
      byte[] bytes = isText ? null : ByteAlphabet.read(entry.getKey());
      if (bytes == null && !isAdded) {
        throw json.defect(
            "key \"model.vocab\": expected tokens of byte-level BPE, found \"%s\""
                .formatted(entry.getKey()));
      }
      if (taken[entry.getValue()]) {
        throw json.defect(
            "key \"model.vocab\": the id %d has two tokens, one of them \"%s\""
                .formatted(entry.getValue(), entry.getKey()));
      }
      taken[entry.getValue()] = true;
      tokens[entry.getValue()] = bytes;
    }
    while (size > 0 && tokens[size - 1] == null) {
      size--; // an added token, which the tokenizer counts
    }
    List<byte @Nullable []> all = Arrays.asList(tokens);
    return all.subList(0, size);
  }

  private int idOfPart(
      Map<String, Integer> ids, List<byte @Nullable []> tokens, String part, int merge)
      throws MalformedTokenizerException {
    Integer id = ids.get(part);
    if (id == null || tokens.get(id) == null) {
      throw json.defect(
          "key \"model.merges[%d]\": expected tokens of the vocabulary, found \"%s\""
              .formatted(merge, part));
    }
    return id;
  }
}
