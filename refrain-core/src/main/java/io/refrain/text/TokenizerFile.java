package io.refrain.text;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Tokenizers as JSON, in one of three layouts; a reader tells them by their keys.
 *
 * <p>{@code {"format":1,"kind":"char","special":["<unk>"],"tokens":["<unk>"," ","e",…]}} holds a
 * {@link VocabularyTokenizer}: {@code kind} is the {@link TokenizerKind#label()}, {@code tokens}
 * the whole vocabulary in the order of its ids, and {@code special} its first tokens, the special
 * ones.
 *
 * <p>{@code {"format":2,"named":"cl100k_base","size":100277}} is a published tokenizer, which
 * {@link PublishedTokenizers} must know where the file is read. It must still have that size.
 *
 * <p>There are no other keys, so a file that holds one was not written by these formats.
 *
 * <p>A {@link BpeTokenizer} stands in the format of Hugging Face's tokenizers library: {@code
 * {"version":"1.0","added_tokens":[…],"pre_tokenizer":{"type":"ByteLevel",…},"model":{"type":"BPE",
 * "vocab":{…},"merges":[…]},…}}. Of that format, byte-level BPE is read, with the pre-tokenizer
 * ByteLevel, alone or after a Split by a regular expression, and the normalizer NFC or none.
 * Whatever else would change an id is refused by its key, also a post_processor that adds special
 * tokens, such as that of Llama 3. Settings of offsets (trim_offsets) and of unknown tokens, of
 * which there are none, are passed over.
 */
public final class TokenizerFile {
  /** The version of the layout of a vocabulary. */
  static final int VOCABULARY_FORMAT = 1;

  /** The version of the layout of a name. */
  static final int NAME_FORMAT = 2;

  /** A reader stops here: a vocabulary of a million words stays below a quarter of it. */
  static final int MAXIMUM_BYTES = 64 << 20;

  private TokenizerFile() {}

  /**
   * Writes the tokenizer as UTF-8 JSON on one line. The stream is flushed and left open.
   *
   * @param tokenizer what to write
   * @param out where to write to
   * @throws IllegalArgumentException if it is a tokenizer of another make that no provider knows,
   *     or so large that no reader would take the file; the stream may hold a part of it then
   * @throws IOException if the stream refuses the bytes
   */
  public static void write(Tokenizer tokenizer, OutputStream out) throws IOException {
    JsonFactory factory =
        JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
    OutputStream limited = new LimitedStream(out);
    try (JsonGenerator json = factory.createGenerator(limited, JsonEncoding.UTF8)) {
      switch (tokenizer) {
        case VocabularyTokenizer counted -> writeVocabulary(json, counted);
        case BpeTokenizer bytePairs when bytePairs.kind().equals(BpeTokenizer.KIND) ->
            new HuggingFaceWriter(json).write(bytePairs);
        default -> writeName(json, tokenizer);
      }
      json.writeRaw('\n');
    }
  }

  private static void writeVocabulary(JsonGenerator json, VocabularyTokenizer tokenizer)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField(TokenizerFields.FORMAT, VOCABULARY_FORMAT);
    json.writeStringField(TokenizerFields.KIND, tokenizer.kind());
    writeStrings(json, TokenizerFields.SPECIAL, tokenizer.vocabulary().specials());
    writeStrings(json, TokenizerFields.TOKENS, tokenizer.vocabulary().tokens());
    json.writeEndObject();
  }

  private static void writeName(JsonGenerator json, Tokenizer tokenizer) throws IOException {
    if (!PublishedTokenizers.names().contains(tokenizer.kind())) {
      throw new IllegalArgumentException(
          ("tokenizer of kind %s: expected a kind of Refrain's, or one of the published %s, for"
                  + " nobody could read its file; make it known through a TokenizerProvider")
              .formatted(tokenizer.kind(), PublishedTokenizers.names()));
    }
    json.writeStartObject();
    json.writeNumberField(TokenizerFields.FORMAT, NAME_FORMAT);
    json.writeStringField(TokenizerFields.NAMED, tokenizer.kind());
    json.writeNumberField(TokenizerFields.SIZE, tokenizer.size());
    json.writeEndObject();
  }

  /**
   * Reads a tokenizer file.
   *
   * @param file the file
   * @return the tokenizer of the file
   * @throws MalformedTokenizerException if the file is not a tokenizer of a format known here
   * @throws IOException if the file cannot be read
   */
  public static Tokenizer read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString());
    }
  }

  /**
   * Reads a tokenizer from a stream, to its end; the stream is left open.
   *
   * @param in where to read from
   * @param name what messages call the stream
   * @return the tokenizer of the file
   * @throws MalformedTokenizerException if the stream is not a tokenizer of a format known here
   * @throws IOException if the stream cannot be read
   */
  public static Tokenizer read(InputStream in, String name) throws IOException {
    byte[] bytes = in.readNBytes(MAXIMUM_BYTES + 1);
    if (bytes.length > MAXIMUM_BYTES) {
      throw new MalformedTokenizerException(
          name, "expected at most %d bytes, found more".formatted(MAXIMUM_BYTES));
    }
    TokenizerJson json = new TokenizerJson(name, bytes);
    return json.hasFirst(HuggingFaceReader.KEYS, TokenizerFields.KEYS)
        ? json.read(new HuggingFaceReader(json)::read)
        : json.read(new TokenizerFields(json)::read);
  }

  /** Refuses what {@link #read} would refuse, when there is still something to be done. */
  private static final class LimitedStream extends FilterOutputStream {
    private long left = MAXIMUM_BYTES;

    LimitedStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      take(1);
      out.write(value);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      take(count);
      out.write(bytes, from, count);
    }

    private void take(int count) {
      left -= count;
      if (left < 0) {
        throw new IllegalArgumentException(
            "tokenizer: expected at most %d bytes as a file, got more: keep fewer tokens, by a smaller vocabulary or a larger minimum count"
                .formatted(MAXIMUM_BYTES));
      }
    }
  }

  private static void writeStrings(JsonGenerator json, String key, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(key);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
