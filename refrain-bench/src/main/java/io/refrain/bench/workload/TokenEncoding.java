package io.refrain.bench.workload;

/**
 * A unit is all of WikiText-2's training part as token ids, on one thread.
 *
 * @param name by which processes tell each other what to do
 * @param vocabulary which of OpenAI's, for example {@code cl100k_base}
 */
public record TokenEncoding(String name, String vocabulary) implements TokenizerWorkload {

  /**
   * Returns what proves the work.
   *
   * @param ids of all tokens
   * @return their sum
   */
  public static double figure(int[] ids) {
    long sum = 0;
    for (int id : ids) {
      sum += id;
    }
    return sum;
  }
}
