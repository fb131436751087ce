package io.refrain.text;

/**
 * A token of a {@link BpeTokenizer} that texts are never cut into or merged across: wherever its
 * content stands in a text, it is this token.
 *
 * @param id its id
 * @param content how it stands in a text, such as {@code <|endoftext|>}: whole characters, at least
 *     one
 * @param special whether it is a mark rather than text, so that a model must not write it
 * @param normalized whether it is looked for after all that are not; the Hugging Face format tells
 *     it
 */
public record AddedToken(int id, String content, boolean special, boolean normalized) {
  /** Checks the id and the content. */
  public AddedToken {
    if (id < 0) {
      throw new IllegalArgumentException(
          "added token \"%s\": expected an id of at least 0, got %d".formatted(content, id));
    }
    if (content.isEmpty()) {
      throw new IllegalArgumentException(
          "added token %d: expected some characters, got none".formatted(id));
    }
    if (!WellFormed.of(content).equals(content)) {
      throw new IllegalArgumentException(
          "added token %d: expected whole characters, got half of a surrogate pair".formatted(id));
    }
  }

  /**
   * {@return a special token}
   *
   * @param id its id
   * @param content how it stands in a text
   */
  public static AddedToken special(int id, String content) {
    return new AddedToken(id, content, true, false);
  }
}
