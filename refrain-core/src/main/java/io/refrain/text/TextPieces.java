package io.refrain.text;

import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import java.util.function.ToIntFunction;

/**
 * Cuts a text of any length into pieces that can be encoded one by one, and gives the tokens of the
 * whole: see {@link Tokenizer#lastCut}.
 */
public final class TextPieces {
  /** Large enough for the work between two cuts to outweigh cutting, small beside any heap. */
  private static final int USUAL = 1 << 22;

  /**
   * A text without a place to cut is given up here, before memory runs out: a piece of so many
   * characters takes a quarter of it or less.
   */
  private static final int LONGEST =
      (int) Math.clamp(Runtime.getRuntime().maxMemory() / 16, USUAL, Integer.MAX_VALUE - 8L);

  private TextPieces() {}

  /** Takes a piece. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes the next piece, which is not empty.
     *
     * @param piece the piece
     * @param start where in the text it begins, in UTF-16 characters
     */
    void piece(String piece, long start) throws IOException;
  }

  /**
   * Reads a text to its end, piece by piece.
   *
   * @param name what messages call the text
   * @param text from its beginning, or from where a piece ended
   * @param start where that is, in UTF-16 characters
   * @param lastCut where a piece may end: {@link Tokenizer#lastCut} or {@link
   *     TokenizerKind#lastCut}
   * @param sink takes the pieces in order
   * @throws CorpusException if the text has no place to cut in as many characters as memory takes
   * @throws IOException if the reader or the sink does
   */
  public static void forEach(
      String name, Reader text, long start, ToIntFunction<String> lastCut, Sink sink)
      throws IOException {
    forEach(name, text, start, lastCut, sink, USUAL, LONGEST);
  }

  static void forEach(
      String name,
      Reader text,
      long start,
      ToIntFunction<String> lastCut,
      Sink sink,
      int usual,
      int longest)
      throws IOException {
    char[] buffer = new char[usual];
    long at = start;
    int length = 0;
    while (true) {
      int filled = fill(text, buffer, length);
      boolean whole = filled < buffer.length;
      String head = new String(buffer, 0, filled);
      int cut = whole ? filled : lastCut.applyAsInt(head);
      if (cut > 0) {
        sink.piece(head.substring(0, cut), at);
      }
      if (whole) {
        return;
      }
      if (cut == 0) {
        if (buffer.length >= longest) {
          throw uncut(name, at, filled);
        }
        buffer = Arrays.copyOf(buffer, (int) Math.min(longest, 2L * buffer.length));
      }
      length = filled - cut;
      System.arraycopy(buffer, cut, buffer, 0, length);
      at += cut;
    }
  }

  /** Reads until the buffer is full or the text ends; returns how many characters are there. */
  private static int fill(Reader text, char[] buffer, int from) throws IOException {
    int filled = from;
    while (filled < buffer.length) {
      int count = text.read(buffer, filled, buffer.length - filled);
      if (count < 0) {
        return filled;
      }
      filled += count;
    }
    return filled;
  }

  private static CorpusException uncut(String name, long at, int length) {
    return new CorpusException(
        ("%s cannot be read piece by piece: from character %d on there is no place in %d characters"
                + " where its tokenizer lets it be cut; choose another tokenizer (of byte pairs, one"
                + " with the pattern gpt2, cl100k or o200k), or read it at once with enough memory")
            .formatted(name, at, length));
  }
}
