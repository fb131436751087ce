package io.refrain.text;

import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * Turns text into token ids and back. Immutable, so any number of threads may share one.
 *
 * <p>A tokenizer is a rule that cuts a text into tokens (its {@link #kind()}) and the {@link
 * Vocabulary} that numbers them. A token that the vocabulary lacks is encoded as {@link
 * Vocabulary#UNKNOWN}; {@link #unknown} names such tokens beforehand.
 */
public sealed interface Tokenizer permits VerbatimTokenizer, CharacterTokenizer, WordTokenizer {
  /** {@return the rule that cuts text into tokens} */
  TokenizerKind kind();

  /** {@return the tokens that have an id} */
  Vocabulary vocabulary();

  /**
   * {@return the ids of a whole text: a corpus, a document to score}
   *
   * @param text the text
   */
  int[] encode(String text);

  /**
   * {@return how many characters of the text each token of {@link #encode} stands for, with what
   * separates it from the one before; of the text itself, so for unknown tokens too}
   *
   * @param text the text
   */
  default int[] characters(String text) {
    int[] characters = encode(text);
    Arrays.fill(characters, 1);
    return characters;
  }

  /**
   * {@return the ids of a text that is about to be continued, such as a prefix for generation}
   *
   * <p>It differs from {@link #encode} where cleaning would take away what the continuation depends
   * on: {@code "time traveller "} must keep its last space, or the model would go on in the middle
   * of a word.
   *
   * @param prefix the text to continue
   */
  default int[] encodePrefix(String prefix) {
    return encode(prefix);
  }

  /**
   * {@return the distinct tokens of the text that the vocabulary lacks, in order of first
   * appearance, cut as {@link #encodePrefix} cuts them} Empty where every token is known.
   *
   * @param text the text
   */
  List<String> unknown(String text);

  /** {@return what stands between two pieces of a decoded text: nothing, or a space} */
  String separator();

  /**
   * {@return the text of one token; a special token is shown by its name}
   *
   * @param id the id of a token
   * @throws IllegalArgumentException if the id is not in the vocabulary
   */
  default String piece(int id) {
    return vocabulary().token(id);
  }

  /**
   * {@return the text of the tokens: their pieces, joined by the separator}
   *
   * @param ids the ids of the tokens, in order
   * @throws IllegalArgumentException if an id is not in the vocabulary
   */
  default String decode(int... ids) {
    StringJoiner text = new StringJoiner(separator());
    for (int id : ids) {
      text.add(piece(id));
    }
    return text.toString();
  }
}
