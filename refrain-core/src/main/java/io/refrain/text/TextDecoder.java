package io.refrain.text;

/**
 * Turns the tokens of one text into text as they come, for writing while a model still thinks.
 *
 * <p>All that it returns, joined, is what {@link Tokenizer#decode} gives for all tokens at once. A
 * token may hold a part of a character: its bytes wait for those of the next. One decoder serves
 * one text and one thread.
 */
public interface TextDecoder {
  /**
   * {@return the text that is certain now: nothing, where the token is a part of a character}
   *
   * @param id the id of the next token
   * @throws IllegalArgumentException if the id is not in the vocabulary
   */
  String next(int id);

  /** {@return what still waits: nothing, or U+FFFD for a character that never became whole} */
  String end();

  /** {@return a decoder of the same text so far, which goes its own way} */
  TextDecoder copy();
}
