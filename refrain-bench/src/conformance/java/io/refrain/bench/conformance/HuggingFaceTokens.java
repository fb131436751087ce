package io.refrain.bench.conformance;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/** Hugging Face's tokenizers on a file, without special tokens of their own. */
final class HuggingFaceTokens implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;

  /**
   * A tokenizer.
   *
   * @param json a {@code tokenizer.json}
   */
  HuggingFaceTokens(byte[] json) throws IOException {
    System.setProperty("ai.djl.offline", "true"); // natives are in the jar
    tokenizer =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false"));
  }

  int[] encode(String text) {
    return Arrays.stream(encoding(text).getIds()).mapToInt(Math::toIntExact).toArray();
  }

  /** Where each token ends, in code points. */
  int[] ends(String text) {
    return Arrays.stream(encoding(text).getCharTokenSpans()).mapToInt(CharSpan::getEnd).toArray();
  }

  String decode(int[] ids) {
    return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), false);
  }

  private Encoding encoding(String text) {
    return tokenizer.encode(text, false, false);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
