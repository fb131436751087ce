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
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A stretch of a text of any length, token by token, each with how many characters it stands for.
 *
 * @param name what people call it
 * @param text the whole text
 * @param tokenizer what cuts it
 * @param pieces how many tokens each piece of it has, so that those before the stretch need not be
 *     cut into tokens again
 * @param first the first token of the stretch
 * @param end one after the last
 */
record EvaluatedText(
    String name,
    CorpusSource text,
    Tokenizer tokenizer,
    List<Integer> pieces,
    long first,
    long end) {
  private static final String REMEDY = "give a FILE to evaluate on";

  /** Takes tokens in order. */
  @FunctionalInterface
  interface Sink {
    /** Takes some, and as many numbers of characters. */
    void accept(int[] tokens, int[] characters);
  }

  /** All of a text. */
  static EvaluatedText of(CorpusSource text, Tokenizer tokenizer) throws IOException {
    try (CorpusReader reader = text.open()) {
      return whole(text.name(), text, reader, tokenizer);
    }
  }

  /** Demands that what a run is validated with is there, without reading it. */
  static void requireHeldOut(RunConfig config, Path run) throws IOException {
    RunText text =
        config.validation() instanceof Validation.Text own
            ? RunText.of(own)
            : RunText.corpus(config);
    text.requireThere(run, REMEDY);
  }

  /** What a run is validated with; it must be the same still. */
  static EvaluatedText heldOut(RunConfig config, Path run, Tokenizer tokenizer) throws IOException {
    return switch (config.validation()) {
      case Validation.Share(double share) -> {
        EvaluatedText all = of(RunText.corpus(config), run, tokenizer);
        TokenSource used = config.used(new Counted(all.size()));
        long first = Split.byPosition(used, share).train().size();
        yield all.part(all.name() + " (validation part)", first, used.size());
      }
      case Validation.Text text -> of(RunText.of(text), run, tokenizer);
    };
  }

  private static EvaluatedText of(RunText known, Path run, Tokenizer tokenizer) throws IOException {
    known.requireThere(run, REMEDY);
    CorpusSource text = Texts.find(known.corpus());
    try (CorpusReader reader = text.open()) {
      EvaluatedText whole = whole(known.corpus(), text, reader, tokenizer);
      known.requireUnchanged(run, reader.sha1());
      return whole;
    }
  }

  private static EvaluatedText whole(
      String name, CorpusSource text, CorpusReader reader, Tokenizer tokenizer) throws IOException {
    List<Integer> pieces = new ArrayList<>();
    new TextReading(text, reader)
        .forEach(
            "Reading", tokenizer::lastCut, piece -> pieces.add(tokenizer.encode(piece).length));
    long all = pieces.stream().mapToLong(Integer::longValue).sum();
    return new EvaluatedText(name, text, tokenizer, List.copyOf(pieces), 0, all);
  }

  /** Tokens of which only the number is known. */
  private record Counted(long size) implements TokenSource {
    @Override
    public void read(long position, int[] into, int at, int count) {
      throw new UnsupportedOperationException("only the number of these tokens is known");
    }
  }

  /** A text that ends where nobody wants to know how it goes on. */
  private static final class Closing extends FilterReader {
    private boolean closed;

    Closing(Reader text) {
      super(text);
    }

    void end() {
      closed = true;
    }

    @Override
    public int read(char[] into, int at, int count) throws IOException {
      return closed ? -1 : super.read(into, at, count);
    }
  }

  /** {@return how many tokens it has} */
  long size() {
    return end - first;
  }

  /**
   * A part of it.
   *
   * @param from its first token, counted from the beginning of the whole text
   * @param to one after its last
   */
  EvaluatedText part(String partName, long from, long to) {
    return new EvaluatedText(partName, text, tokenizer, pieces, from, to);
  }

  /** Reads the text, and hands on the stretch. */
  void forEach(Sink sink) throws IOException {
    forEachPiece((piece, tokens, from, to) -> {
      Encoding encoding = tokenizer.encodeWithOffsets(piece);
      requireAsMany(tokens, encoding.size());
      int[] characters = encoding.characters(piece, tokenizer.separator());
      sink.accept(
          Arrays.copyOfRange(encoding.ids(), from, to), Arrays.copyOfRange(characters, from, to));
    });
  }

  /** The same for who does not ask for characters, which takes less time. */
  void forEachTokens(Consumer<int[]> sink) throws IOException {
    forEachPiece((piece, tokens, from, to) -> {
      int[] ids = tokenizer.encode(piece);
      requireAsMany(tokens, ids.length);
      sink.accept(Arrays.copyOfRange(ids, from, to));
    });
  }

  /** Takes a piece of which some tokens are of the stretch. */
  private interface PieceSink {
    void accept(String piece, int tokens, int from, int to) throws IOException;
  }

  private void forEachPiece(PieceSink sink) throws IOException {
    int[] next = {0};
    long[] at = {0};
    try (Closing closing = new Closing(text.open())) {
      TextPieces.forEach(
          text.name(),
          closing,
          0,
          tokenizer::lastCut,
          (piece, start) -> {
            if (at[0] >= end) { // what was read together with the last one
              return;
            }
            int tokens = pieces.get(next[0]++);
            int from = Math.clamp(first - at[0], 0, tokens);
            int to = Math.clamp(end - at[0], from, tokens);
            at[0] += tokens;
            if (from < to) {
              sink.accept(piece, tokens, from, to);
            }
            if (at[0] >= end) {
              closing.end();
            }
          });
    }
    if (at[0] < end) {
      throw changed();
    }
  }

  private void requireAsMany(int expected, int tokens) throws IOException {
    if (tokens != expected) {
      throw changed();
    }
  }

  private IOException changed() {
    return new IOException(name + " changed while it was read: try again when nobody writes it");
  }
}
