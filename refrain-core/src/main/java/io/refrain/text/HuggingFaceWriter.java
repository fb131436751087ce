package io.refrain.text;

import com.fasterxml.jackson.core.JsonGenerator;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.ByteAlphabet;
import io.refrain.text.bpe.SplitPattern;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes byte-level BPE in the format of Hugging Face's tokenizers, as any version reads it: where
 * the model takes whole pieces, any that knows {@code ignore_merges}.
 */
final class HuggingFaceWriter {
  private final JsonGenerator json;

  HuggingFaceWriter(JsonGenerator json) {
    this.json = json;
  }

  void write(BpeTokenizer tokenizer) throws IOException {
    BpeTokenizer.Settings settings = tokenizer.settings();
    json.writeStartObject();
    json.writeStringField("version", "1.0");
    json.writeNullField("truncation");
    json.writeNullField("padding");
    writeAddedTokens(settings);
    writeNormalizer(settings);
    json.writeFieldName("pre_tokenizer");
    writePreTokenizer(settings);
    json.writeFieldName("post_processor");
    writeByteLevel(settings.prefixSpace(), true);
    json.writeFieldName("decoder");
    writeByteLevel(settings.prefixSpace(), true);
    writeModel(tokenizer);
    json.writeEndObject();
  }

  private void writeAddedTokens(BpeTokenizer.Settings settings) throws IOException {
    json.writeArrayFieldStart("added_tokens");
    for (AddedToken token : settings.addedTokens()) {
      json.writeStartObject();
      json.writeNumberField("id", token.id());
      json.writeStringField("content", token.content());
      json.writeBooleanField("single_word", false);
      json.writeBooleanField("lstrip", false);
      json.writeBooleanField("rstrip", false);
      json.writeBooleanField("normalized", token.normalized());
      json.writeBooleanField("special", token.special());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeNormalizer(BpeTokenizer.Settings settings) throws IOException {
    if (settings.composed()) {
      json.writeObjectFieldStart("normalizer");
      json.writeStringField("type", "NFC");
      json.writeEndObject();
    } else {
      json.writeNullField("normalizer");
    }
  }

  private void writePreTokenizer(BpeTokenizer.Settings settings) throws IOException {
    SplitPattern pattern = settings.pattern();
    if (pattern.equals(SplitPattern.GPT2) || pattern.equals(SplitPattern.NONE)) {
      writeByteLevel(settings.prefixSpace(), pattern.equals(SplitPattern.GPT2));
      return;
    }
    json.writeStartObject();
    json.writeStringField("type", "Sequence");
    json.writeArrayFieldStart("pretokenizers");
    json.writeStartObject();
    json.writeStringField("type", "Split");
    json.writeObjectFieldStart("pattern");
    json.writeStringField("Regex", pattern.regex());
    json.writeEndObject();
    json.writeStringField("behavior", "Isolated");
    json.writeBooleanField("invert", false);
    json.writeEndObject();
    writeByteLevel(false, false);
    json.writeEndArray();
    json.writeEndObject();
  }

  private void writeByteLevel(boolean prefixSpace, boolean regex) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "ByteLevel");
    json.writeBooleanField("add_prefix_space", prefixSpace);
    json.writeBooleanField("trim_offsets", false);
    json.writeBooleanField("use_regex", regex);
    json.writeEndObject();
  }

  private void writeModel(BpeTokenizer tokenizer) throws IOException {
    BpeModel model = tokenizer.model();
    json.writeObjectFieldStart("model");
    json.writeStringField("type", "BPE");
    json.writeNullField("dropout");
    json.writeNullField("unk_token");
    json.writeNullField("continuing_subword_prefix");
    json.writeNullField("end_of_word_suffix");
    json.writeBooleanField("fuse_unk", false);
    json.writeBooleanField("byte_fallback", false);
    json.writeBooleanField("ignore_merges", model.wholePieces());
    json.writeObjectFieldStart("vocab");
    String[] spellings = spellings(tokenizer);
    for (int id = 0; id < spellings.length; id++) {
      if (!spellings[id].isEmpty()) {
        json.writeNumberField(spellings[id], id);
      }
    }
    json.writeEndObject();
    json.writeArrayFieldStart("merges");
    for (int rank = 0; rank < model.merges(); rank++) {
      json.writeString(spellings[model.left(rank)] + " " + spellings[model.right(rank)]);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** How each token is written, by id; empty where an id has none. */
  private static String[] spellings(BpeTokenizer tokenizer) {
    Map<Integer, String> added = new HashMap<>();
    tokenizer.settings().addedTokens().forEach(token -> added.put(token.id(), token.content()));
    String[] spellings = new String[tokenizer.size()];
    for (int id = 0; id < spellings.length; id++) {
      byte[] bytes = id < tokenizer.model().size() ? tokenizer.model().token(id) : null;
      spellings[id] = added.getOrDefault(id, bytes == null ? "" : ByteAlphabet.spell(bytes));
    }
    return spellings;
  }
}
