package io.refrain.text;

/**
 * A text as tokens, each with the stretch of the text that it stands for.
 *
 * @param ids the id of each token
 * @param starts where the stretch of each token begins, in UTF-16 characters of the text
 * @param ends where it ends; stretches are in order, and overlap only where several tokens share a
 *     character, each holding some of its bytes
 */
public record Encoding(int[] ids, int[] starts, int[] ends) {

  /** Demands as many starts and ends as ids. */
  public Encoding {
    if (starts.length != ids.length || ends.length != ids.length) {
      throw new IllegalArgumentException(
          "offsets: expected a start and an end for each of %d tokens, got %d and %d"
              .formatted(ids.length, starts.length, ends.length));
    }
  }

  /** {@return the number of tokens} */
  public int size() {
    return ids.length;
  }

  /**
   * {@return how many characters (code points) each token stands for, with what separates it from
   * the one before} As in decoded text, there is no separator before the first token nor beside one
   * that is a line feed. A character that several tokens share counts for the first of them. What a
   * kind of tokenizer cleans away counts for none.
   *
   * @param text the text that was encoded
   * @param separator the {@link Tokenizer#separator()} of the tokenizer
   */
  public int[] characters(String text, String separator) {
    int[] characters = new int[ids.length];
    int end = 0;
    boolean isSeparated = false; // from the token before
    for (int i = 0; i < ids.length; i++) {
      boolean isLineFeed = ends[i] - starts[i] == 1 && text.charAt(starts[i]) == '\n';
      int start = Math.max(starts[i], end);
      end = Math.max(ends[i], end);
      characters[i] =
          text.codePointCount(start, end) + (isSeparated && !isLineFeed ? separator.length() : 0);
      isSeparated = !isLineFeed;
    }
    return characters;
  }
}
