package io.refrain.corpus;

import io.refrain.text.CorpusReader;
import io.refrain.text.CorpusSource;
import io.refrain.text.TextPieces;
import io.refrain.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes a {@link TokenFile} of a text that need not fit into memory, once: a finished file is
 * checked and used again, an unfinished one is gone on with, and a damaged one is made anew.
 *
 * <p>The file appears whole or not at all. Until then it has {@value #PART} at the end of its name.
 */
public final class CorpusEncoding {
  /** What the name of an unfinished file ends with. */
  public static final String PART = ".part";

  /** A kill costs at most this; small beside a heap, large beside what a block costs by itself. */
  private static final int TOKENS_PER_BLOCK = 1 << 20;

  private final Path file;
  private final TokenFileKey key;
  private final TokenFileWriter.Disk disk;
  private final int tokensPerBlock;

  /** What is being done. */
  public enum Stage {
    /** Tokens that are there already are checked. */
    CHECKING,
    /** The text is encoded. */
    ENCODING
  }

  /** Is told how it goes. */
  public interface Watcher {
    /**
     * Some of a stage is done.
     *
     * @param stage what is being done
     * @param done bytes of the text or, of a check, tokens
     * @param of bytes or tokens in all
     */
    default void at(Stage stage, long done, long of) {}

    /** An unfinished file has so many tokens, and is gone on with. */
    default void goingOn(Path file, long tokens) {}

    /** A damaged file is made anew. */
    default void makingAnew(TokenFileException why) {}
  }

  /**
   * An encoding into a file.
   *
   * @param file where its folder exists
   * @param key which tokens it is to hold
   */
  public CorpusEncoding(Path file, TokenFileKey key) {
    this(file, key, TokenFileWriter.Disk.REAL, TOKENS_PER_BLOCK);
  }

  CorpusEncoding(Path file, TokenFileKey key, TokenFileWriter.Disk disk, int tokensPerBlock) {
    this.file = file;
    this.key = key;
    this.disk = disk;
    this.tokensPerBlock = tokensPerBlock;
  }

  /** {@return the finished file, whether it is there or not} */
  public Path file() {
    return file;
  }

  /** {@return whether there is a finished file} What it holds is not looked at. */
  public boolean isDone() {
    return Files.exists(file);
  }

  /**
   * Opens the finished file.
   *
   * @param watcher is told how it goes
   * @return the tokens, to be closed after use
   * @throws TokenFileException if it is damaged or something else
   * @throws IOException if it cannot be read
   */
  public TokenFile open(Watcher watcher) throws IOException {
    TokenFile tokens = TokenFile.open(file, (done, of) -> watcher.at(Stage.CHECKING, done, of));
    if (!tokens.key().equals(key)) {
      tokens.close();
      throw TokenFileWriter.foreign(file);
    }
    return tokens;
  }

  /**
   * Opens the finished file, or makes it.
   *
   * @param text the text, of the SHA-1 in the key
   * @param tokenizer of the key, too
   * @param watcher is told how it goes
   * @return the tokens, to be closed after use
   * @throws TokenFileException if there is something else of that name
   * @throws IOException if the text cannot be read or is another by now, or the file cannot be
   *     written; what is written is kept
   */
  public TokenFile make(CorpusSource text, Tokenizer tokenizer, Watcher watcher)
      throws IOException {
    if (isDone()) {
      try {
        return open(watcher);
      } catch (TokenFileException e) {
        if (!e.mayBeReplaced()) {
          throw e;
        }
        watcher.makingAnew(e);
        Files.deleteIfExists(file); // not cut: who reads it now goes on with the deleted file
      }
    }
    boolean another;
    try (TokenFileWriter writer = TokenFileWriter.open(part(), growing(), disk)) {
      another = isDone(); // it was faster, and the lock is free because it is done
      if (another) {
        Files.deleteIfExists(part());
      } else {
        goOn(text, tokenizer, writer, watcher);
      }
    }
    return another ? open(watcher) : TokenFile.map(file);
  }

  private Path part() {
    return file.resolveSibling(file.getFileName() + PART);
  }

  private TokenFileHeader growing() {
    return new TokenFileHeader(key, tokensPerBlock, TokenFileHeader.GROWING);
  }

  private void goOn(CorpusSource text, Tokenizer tokenizer, TokenFileWriter writer, Watcher watcher)
      throws IOException {
    writer.goOn((done, of) -> watcher.at(Stage.CHECKING, done, of));
    if (writer.size() > 0) {
      watcher.goingOn(part(), writer.size());
    }
    if (!encode(text, tokenizer, writer, watcher)) {
      Files.delete(part());
      throw new IOException(
          "the text %s has changed while it was read: give the command again once it stays as it is"
              .formatted(text.name()));
    }
    writer.publish(file);
  }

  /** Encodes what is not there yet; returns whether the text is the one of the key. */
  private boolean encode(
      CorpusSource text, Tokenizer tokenizer, TokenFileWriter writer, Watcher watcher)
      throws IOException {
    try (CorpusReader reader = text.open()) {
      long start = writer.pieceStart();
      long[] there = {writer.size() - writer.pieceToken()};
      skip(reader, start, text, watcher);
      TextPieces.forEach(
          text.name(),
          reader,
          start,
          tokenizer::lastCut,
          (piece, at) -> {
            int[] ids = tokenizer.encode(piece);
            if (there[0] == 0) {
              writer.beginPiece(at);
            }
            int known = (int) Math.min(there[0], ids.length);
            there[0] -= known;
            writer.append(ids, known);
            watcher.at(Stage.ENCODING, reader.bytesRead(), text.bytes());
          });
      // Of a text that is another now, as many tokens as there are may not even come.
      boolean same = there[0] == 0 && reader.sha1().equals(key.textSha1());
      if (same) {
        writer.finish();
      }
      return same;
    }
  }

  private static void skip(CorpusReader reader, long count, CorpusSource text, Watcher watcher)
      throws IOException {
    char[] skipped = new char[1 << 16];
    long left = count;
    while (left > 0) {
      int length = reader.read(skipped, 0, (int) Math.min(left, skipped.length));
      if (length < 0) {
        return;
      }
      left -= length;
      watcher.at(Stage.ENCODING, reader.bytesRead(), text.bytes());
    }
  }
}
