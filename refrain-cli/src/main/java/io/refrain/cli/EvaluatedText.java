package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.text.CorpusReader;
import io.refrain.text.CorpusSource;
import io.refrain.text.Encoding;
import io.refrain.text.TextPieces;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunConfig;
import io.refrain.train.TrainingRun;
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

  /** All of a file. */
  static EvaluatedText of(Path file, Tokenizer tokenizer) throws IOException {
    CorpusSource text = CorpusSource.at(file);
    return new EvaluatedText(file.toString(), text, tokenizer, 0, count(text, tokenizer));
  }

  /** What a run has kept of its text for validation; the text must be the same still. */
  static EvaluatedText heldOut(RunConfig config, Path run, Tokenizer tokenizer) throws IOException {
    Texts.requireThere(config, run, "give a FILE to evaluate on");
    CorpusSource text = Texts.find(config.corpus());
    long all;
    try (CorpusReader reader = text.open()) {
      all = count(text, reader, tokenizer);
      Texts.requireUnchanged(config, run, reader.sha1());
    }
    Split split = TrainingRun.split(config, new Counted(all));
    long first = split.train().size();
    return new EvaluatedText(
        config.corpus() + " (validation part)",
        text,
        tokenizer,
        first,
        first + split.validation().size());
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
