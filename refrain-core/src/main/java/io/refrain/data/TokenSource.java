package io.refrain.data;

import java.util.Objects;

/**
 * The tokens of a text, read by stretches, wherever they lie: in memory, or in a file that is
 * larger than memory. What it holds does not change, and any number of threads may read it.
 *
 * <p>There is no reading of a single token, because a call a token would cost as much as the rest
 * of filling a batch.
 */
public interface TokenSource {
  /** {@return the number of tokens} */
  long size();

  /**
   * Copies a stretch of tokens out.
   *
   * @param position of the first of them, from 0
   * @param into where to
   * @param at where the first of them goes there
   * @param count how many
   * @throws IndexOutOfBoundsException if there are fewer from there on, or {@code into} has no room
   */
  void read(long position, int[] into, int at, int count);

  /**
   * {@return the tokens of an array; the array itself, not a copy, so it must not change}
   *
   * @param tokens the ids
   */
  static TokenSource of(int... tokens) {
    return new TokenArray(tokens);
  }

  /**
   * {@return the tokens from one position to below another, which are not copied}
   *
   * @param from the position of the first
   * @param to one after the last
   * @throws IndexOutOfBoundsException if there are no such tokens
   */
  default TokenSource part(long from, long to) {
    Objects.checkFromToIndex(from, to, size());
    return from == 0 && to == size() ? this : new TokenPart(this, from, to - from);
  }

  /**
   * {@return a copy of all tokens}
   *
   * @throws IllegalArgumentException if there are more than an array can hold
   */
  default int[] toArray() {
    if (size() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "tokens to copy into memory: expected at most %d, got %d; read them by stretches"
              .formatted(Integer.MAX_VALUE - 8, size()));
    }
    int[] tokens = new int[(int) size()];
    read(0, tokens, 0, tokens.length);
    return tokens;
  }
}
