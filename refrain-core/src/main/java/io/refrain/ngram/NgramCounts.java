package io.refrain.ngram;

import io.refrain.data.TokenSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** How often every sequence of up to some length occurs in a text. */
public final class NgramCounts {
  private static final int STRETCH = 1 << 12;

  /**
   * Room for one n-gram, at most, which is while its table doubles: four slots and two old ones of
   * 12 bytes, four counts and an old one.
   */
  private static final long BYTES = 6 * 12 + 5 * 4;

  /** What a {@link KneserNey} knows of an n-gram as a context. */
  private static final long CONTEXT_BYTES = 4 * 4;

  private final int vocabulary;
  private final List<NgramTable> tables = new ArrayList<>(); // of lengths 1, 2, ...
  private long tokens;

  private NgramCounts(int vocabulary, int order) {
    if (order < 1) {
      throw new IllegalArgumentException("order must be at least 1, but is " + order);
    }
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
    NgramCounts counts = new NgramCounts(vocabulary, order);
    counts.add(tokens, Long.MAX_VALUE, done);
    return counts;
  }

  /**
   * Counts a text; of one whose n-grams would not fit into memory, as long an end as is found to
   * fit. Room is reckoned, not measured, so that as much memory always counts the same end.
   *
   * @param bytes of memory that may be used, also for {@link KneserNey}
   * @param done told now and then how much of the work is done, of as much as there are tokens
   */
  static NgramCounts ofEnd(
      TokenSource tokens, int vocabulary, int order, long bytes, LongConsumer done) {
    long fits = Math.min(tokens.size(), mostTokens(bytes, order));
    long most = Math.min(tokens.size(), NgramTable.MOST);
    long before = 0;
    while (true) {
      NgramCounts counts = new NgramCounts(vocabulary, order);
      long begun = before;
      double share = most == 0 ? 0 : (tokens.size() - begun) / (double) most;
      boolean all =
          counts.add(
              tokens.part(tokens.size() - most, tokens.size()),
              most > fits ? bytes : Long.MAX_VALUE,
              count -> done.accept(begun + (long) (count * share)));
      if (all) {
        return counts;
      }
      before = begun + (long) (counts.tokens * share);
      // somewhat less than fitted just now: n-grams may come again less often at the end
      most = Math.max(fits, counts.tokens - counts.tokens / 16);
    }
  }

  /**
   * Counts on, for as long as there is room.
   *
   * @return whether there was for all
   */
  private boolean add(TokenSource text, long bytes, LongConsumer done) {
    int[] endings = new int[order() + 1]; // the numbers of the sequences that end before the token
    int known = 0; // how long those are
    int[] stretch = new int[STRETCH];
    while (tokens < text.size()) {
      int count = (int) Math.min(STRETCH, text.size() - tokens);
      if (bytes(count) > bytes) {
        return false;
      }
      text.read(tokens, stretch, 0, count);
      for (int i = 0; i < count; i++) {
        int token = stretch[i];
        if (token < 0 || token >= vocabulary) {
          throw new IllegalArgumentException(
              "token %d is outside 0 to %d".formatted(token, vocabulary - 1));
        }
        known = add(endings, known, token);
      }
      tokens += count;
      done.accept(tokens);
    }
    return true;
  }

  /** How much memory is needed at most once some more tokens are counted, and used. */
  private long bytes(int more) {
    long bytes = 0;
    for (NgramTable table : tables) {
      bytes += table.bytes(more) + CONTEXT_BYTES * (table.size() + more);
    }
    return bytes;
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
    return Math.min(bytes / (BYTES * order), NgramTable.MOST);
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
}
