package io.refrain.cli;

import io.refrain.corpus.CorpusEncoding;
import io.refrain.corpus.TokenFile;
import io.refrain.corpus.TokenFileException;
import io.refrain.corpus.TokenFileKey;
import io.refrain.data.TokenSource;
import io.refrain.text.CorpusReader;
import io.refrain.text.CorpusSource;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A corpus as tokens: in memory, or, where it is too large for that, in a file beside the run that
 * is made once and serves all runs there with the same text and tokenizer.
 *
 * @param textSha1 the SHA-1 of the text in UTF-8
 * @param tokenizer what the tokens are of
 * @param tokens to be closed after use
 */
record EncodedCorpus(String textSha1, Tokenizer tokenizer, TokenSource tokens)
    implements AutoCloseable {
  /**
   * A text takes about ten times its bytes of memory while it is encoded there, and the model wants
   * some, too.
   */
  private static final int MEMORY_PER_BYTE = 16;

  /** Makes a tokenizer of a text, or finds one that needs none. */
  @FunctionalInterface
  interface TokenizerSource {
    /** Reads the text as far as it must. */
    Tokenizer tokenizer(TextReading text) throws IOException;
  }

  /**
   * How a corpus becomes tokens.
   *
   * @param use whether there is to be a file of tokens
   * @param err where people are told
   */
  record Way(Use use, PrintWriter err) {
    private boolean isFile(CorpusSource text) {
      return switch (use) {
        case ALWAYS -> true;
        case NEVER -> false;
        case AUTO ->
            !text.fitsIntoString()
                || text.bytes() > Runtime.getRuntime().maxMemory() / MEMORY_PER_BYTE;
      };
    }
  }

  /** Whether there is to be a file of tokens. */
  enum Use {
    /** For a text that is too large for memory. */
    AUTO,
    /** In any case. */
    ALWAYS,
    /** In no case. */
    NEVER
  }

  /** Encodes a text for a new run. */
  static EncodedCorpus fresh(String name, TokenizerSource tokenizers, RunDirectory run, Way way)
      throws IOException {
    CorpusSource found = Texts.find(name);
    boolean inFile = way.isFile(found);
    CorpusSource text = inFile ? found : found.inMemory();
    try (CorpusReader reader = text.open()) {
      Tokenizer tokenizer = tokenizers.tokenizer(new TextReading(text, reader));
      readOn(new TextReading(text, reader));
      String sha1 = reader.sha1();
      TokenSource tokens =
          inFile
              ? inFile(text, encoding(run, Texts.lasting(name), sha1, tokenizer), tokenizer, way)
              : TokenSource.of(tokenizer.encode(text.read().text()));
      return new EncodedCorpus(sha1, tokenizer, tokens);
    }
  }

  /** Encodes a text of a run again, unless there is a file of its tokens. */
  static EncodedCorpus again(RunDirectory run, RunText known, Way way) throws IOException {
    Tokenizer tokenizer = run.tokenizer();
    CorpusEncoding encoding = encoding(run, known.corpus(), known.sha1(), tokenizer);
    TokenSource there = way.use() != Use.NEVER ? withoutText(known, encoding, way) : null;
    if (there != null) {
      return new EncodedCorpus(known.sha1(), tokenizer, there);
    }
    known.requireThere(run.path(), "put it back to go on");
    CorpusSource found = Texts.find(known.corpus());
    boolean inFile = way.use() != Use.NEVER && (encoding.isDone() || way.isFile(found));
    CorpusSource text = inFile ? found : found.inMemory();
    try (CorpusReader reader = text.open()) { // before a damaged file is made anew
      readOn(new TextReading(text, reader));
      known.requireUnchanged(run.path(), reader.sha1());
    }
    TokenSource tokens =
        inFile
            ? inFile(text, encoding, tokenizer, way)
            : TokenSource.of(tokenizer.encode(text.read().text()));
    return new EncodedCorpus(known.sha1(), tokenizer, tokens);
  }

  /** The tokens of a finished file, known by its text's hash; null where the text is needed. */
  private static @Nullable TokenSource withoutText(RunText known, CorpusEncoding encoding, Way way)
      throws IOException {
    if (!encoding.isDone()) {
      return null;
    }
    TokenSource tokens;
    try (Stages stages = new Stages(way.err())) {
      tokens = encoding.open(stages);
    } catch (TokenFileException e) {
      if (known.isGone()) {
        throw new IOException(
            "%s, and its text %s is not there any more: put the text back to go on"
                .formatted(e.getMessage(), known.corpus()),
            e);
      }
      if (!e.mayBeReplaced()) {
        throw e;
      }
      return null;
    }
    way.err().printf("The tokens are those of %s: the text is not looked at.%n", encoding.file());
    way.err().flush();
    return tokens;
  }

  /** The file of a text's tokens, whether it is there or not. */
  static Path fileOf(RunDirectory run, RunText known, Tokenizer tokenizer) {
    return file(run, known.corpus(), TokenFileKey.of(known.sha1(), tokenizer));
  }

  private static CorpusEncoding encoding(
      RunDirectory run, String corpus, String sha1, Tokenizer tokenizer) {
    TokenFileKey key = TokenFileKey.of(sha1, tokenizer);
    return new CorpusEncoding(file(run, corpus, key), key);
  }

  private static Path file(RunDirectory run, String corpus, TokenFileKey key) {
    Path here = Path.of("").toAbsolutePath();
    Path folder = run.path().toAbsolutePath().normalize();
    Path file = folder.resolveSibling(key.fileName(TrainCommand.nameOf(corpus)));
    return file.startsWith(here) ? here.relativize(file) : file;
  }

  /** Reads what is left of a text, for its hash and for whether it is one. */
  private static void readOn(TextReading text) throws IOException {
    text.forEach("Reading", String::length, piece -> {});
  }

  private static TokenSource inFile(
      CorpusSource text, CorpusEncoding encoding, Tokenizer tokenizer, Way way) throws IOException {
    Files.createDirectories(encoding.file().toAbsolutePath().getParent());
    try (Stages stages = new Stages(way.err())) {
      return encoding.make(text, tokenizer, stages);
    }
  }

  @Override
  public void close() {
    if (tokens instanceof TokenFile file) {
      file.close();
    }
  }
}
