package io.refrain.generate;

import java.util.List;
import java.util.stream.IntStream;

/** Tokens that are never written, such as those that stand for no text. */
final class ExcludedTokens {
  private final int[] ids; // each once, in rising order

  /**
   * Takes ids as {@link #checked} gives them; those that a model does not have change nothing.
   *
   * @param ids each once, in rising order
   */
  ExcludedTokens(List<Integer> ids) {
    this.ids = ids.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Each id once, in rising order.
   *
   * @throws IllegalArgumentException when one is below 0
   */
  static List<Integer> checked(List<Integer> ids) {
    List<Integer> checked = ids.stream().sorted().distinct().toList();
    if (!checked.isEmpty() && checked.getFirst() < 0) {
      throw new IllegalArgumentException(
          "excluded tokens: expected ids of at least 0, got " + checked.getFirst());
    }
    return checked;
  }

  static List<Integer> checked(int... ids) {
    return checked(IntStream.of(ids).boxed().toList());
  }

  /**
   * How many of them a vocabulary has.
   *
   * @throws IllegalArgumentException when they are all of it
   */
  int in(int vocabulary) {
    int known = 0;
    while (known < ids.length && ids[known] < vocabulary) {
      known++;
    }
    if (known == vocabulary) {
      throw new IllegalArgumentException(
          "no token is left to choose: %d of %d are excluded".formatted(known, vocabulary));
    }
    return known;
  }

  /** Gives each of them the same value, of those that tokens have. */
  void fill(float[] values, float value) {
    for (int i = 0; i < ids.length && ids[i] < values.length; i++) {
      values[ids[i]] = value;
    }
  }
}
