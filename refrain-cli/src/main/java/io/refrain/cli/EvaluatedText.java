package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.text.CorpusReader;
import io.refrain.text.CorpusSource;
import io.refrain.text.Encoding;
import io.refrain.text.TextPieces;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunConfig;
import io.refrain.train.Validation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A stretch of a text of any length, token by token, each with how many characters it stands for.
 *
 * @param name what people call it
 * @param text the whole text
 * @param tokenizer what cuts it
 * @param first the first token of the stretch
 * @param end one after the last
 */
record EvaluatedText(String name, CorpusSource text, Tokenizer tokenizer, long first, long end) {
  /** Takes tokens in order. */
  @FunctionalInterface
  interface Sink {
    /** Takes some, and as many numbers of characters. */
    void accept(int[] tokens, int[] characters);
  }

  /** All of a text. */
  static EvaluatedText of(CorpusSource text, Tokenizer tokenizer) throws IOException {
    return new EvaluatedText(text.name(), text, tokenizer, 0, count(text, tokenizer));
  }

  /** What a run is validated with; it must be the same still. */
  static EvaluatedText heldOut(RunConfig config, Path run, Tokenizer tokenizer) throws IOException {
    return switch (config.validation()) {
      case Validation.Share(double share) -> {
        EvaluatedText all = of(RunText.corpus(config), run, tokenizer);
        TokenSource used = config.used(new Counted(all.size()));
        long first = Split.byPosition(used, share).train().size();
        yield new EvaluatedText(
            all.name() + " (validation part)", all.text(), tokenizer, first, used.size());
      }
      case Validation.Text text -> of(RunText.of(text), run, tokenizer);
    };
  }

  private static EvaluatedText of(RunText known, Path run, Tokenizer tokenizer) throws IOException {
    known.requireThere(run, "give a FILE to evaluate on");
    CorpusSource text = Texts.find(known.corpus());
    try (CorpusReader reader = text.open()) {
      long all = count(text, reader, tokenizer);
      known.requireUnchanged(run, reader.sha1());
      return new EvaluatedText(known.corpus(), text, tokenizer, 0, all);
    }
  }

  private static long count(CorpusSource text, Tokenizer tokenizer) throws IOException {
    try (CorpusReader reader = text.open()) {
      return count(text, reader, tokenizer);
    }
  }

  private static long count(CorpusSource text, CorpusReader reader, Tokenizer tokenizer)
      throws IOException {
    long[] count = {0};
    new TextReading(text, reader)
        .forEach(
            "Reading", tokenizer::lastCut, piece -> count[0] += tokenizer.encode(piece).length);
    return count[0];
  }

  /** Tokens of which only the number is known. */
  private record Counted(long size) implements TokenSource {
    @Override
    public void read(long position, int[] into, int at, int count) {
      throw new UnsupportedOperationException("only the number of these tokens is known");
    }
  }

  /** {@return how many tokens it has} */
  long size() {
    return end - first;
  }

  /** Reads the text, and hands on the stretch. */
  void forEach(Sink sink) throws IOException {
    long[] at = {0};
    try (CorpusReader reader = text.open()) {
      TextPieces.forEach(
          text.name(),
          reader,
          0,
          tokenizer::lastCut,
          (piece, start) -> {
            int[] ids = tokenizer.encode(piece);
            int from = Math.clamp(first - at[0], 0, ids.length);
            int to = Math.clamp(end - at[0], from, ids.length);
            at[0] += ids.length;
            if (from < to) {
              Encoding encoding = tokenizer.encodeWithOffsets(piece);
              int[] characters = encoding.characters(piece, tokenizer.separator());
              sink.accept(
                  Arrays.copyOfRange(ids, from, to), Arrays.copyOfRange(characters, from, to));
            }
          });
    }
  }
}
