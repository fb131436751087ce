package io.refrain.ngram;

import io.refrain.data.TokenSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/** How often every sequence of up to some length occurs in a text. */
public final class NgramCounts {
  private static final int STRETCH = 1 << 16;

  /** Room for one n-gram, at most: its slots in a table, its counts, and what a context knows. */
  private static final long BYTES = 72;

  private final long tokens;
  private final int vocabulary;
  private final List<NgramTable> tables = new ArrayList<>(); // of lengths 1, 2, ...

  private NgramCounts(long tokens, int vocabulary, int order) {
    this.tokens = tokens;
    this.vocabulary = vocabulary;
    for (int length = 1; length <= order; length++) {
      tables.add(new NgramTable());
    }
  }

  /**
   * Counts.
   *
   * @param tokens from 0 to vocabulary - 1
   * @param vocabulary how many kinds of tokens there are
   * @param order the longest sequences that are counted, at least 1
   * @param done told now and then how many tokens are counted
   */
  public static NgramCounts of(TokenSource tokens, int vocabulary, int order, LongConsumer done) {
    if (order < 1) {
      throw new IllegalArgumentException("order must be at least 1, but is " + order);
    }
    NgramCounts counts = new NgramCounts(tokens.size(), vocabulary, order);
    int[] endings = new int[order + 1]; // the numbers of the sequences that end before the token
    int known = 0; // how long those are
    for (long at = 0; at < tokens.size(); at += STRETCH) {
      int[] stretch = new int[(int) Math.min(STRETCH, tokens.size() - at)];
      tokens.read(at, stretch, 0, stretch.length);
      for (int token : stretch) {
        if (token < 0 || token >= vocabulary) {
          throw new IllegalArgumentException(
              "token %d is outside 0 to %d".formatted(token, vocabulary - 1));
        }
        known = counts.add(endings, known, token);
      }
      done.accept(at + stretch.length);
    }
    return counts;
  }

  /** Counts what ends with a token. The shorter before the longer, which continue them. */
  private int add(int[] endings, int known, int token) {
    int order = tables.size();
    int before = 0; // of the sequence of no token
    for (int length = 1; length <= Math.min(known + 1, order); length++) {
      NgramTable table = tables.get(length - 1);
      int size = table.size();
      int number = table.count(before, token);
      if (number == size && length > 1) {
        tables.get(length - 2).countContinuation(endings[length - 1]);
      }
      before = endings[length];
      endings[length] = number;
    }
    return Math.min(known + 1, order);
  }

  /**
   * How many tokens can be counted in so much memory, whatever the text.
   *
   * @param bytes of memory
   * @param order the longest sequences that are to be counted
   */
  public static long mostTokens(long bytes, int order) {
    return bytes / (BYTES * order);
  }

  int vocabulary() {
    return vocabulary;
  }

  /** How many tokens were counted. */
  public long tokens() {
    return tokens;
  }

  /** The longest sequences that were counted. */
  public int order() {
    return tables.size();
  }

  /** The sequences of a length. */
  NgramTable table(int length) {
    return tables.get(length - 1);
  }

  /** How many sequences of each length from 1 on there are. */
  public int[] sizes() {
    return tables.stream().mapToInt(NgramTable::size).toArray();
  }

  @Override
  public String toString() {
    return "counts of " + Arrays.toString(sizes()) + " n-grams";
  }
}
