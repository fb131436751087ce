package io.refrain.text;

import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A tokenizer whose tokens are counted in a text and numbered by a {@link Vocabulary}: characters
 * or words. A token that the vocabulary lacks is encoded as {@link Vocabulary#UNKNOWN}; {@link
 * #unknown} names such tokens beforehand.
 */
public sealed interface VocabularyTokenizer extends Tokenizer
    permits VerbatimTokenizer, CharacterTokenizer, WordwiseTokenizer {
  /** {@return the tokens that have an id} */
  Vocabulary vocabulary();

  @Override
  default int size() {
    return vocabulary().size();
  }

  @Override
  default int[] specialIds() {
    return IntStream.range(0, vocabulary().specials().size()).toArray();
  }

  @Override
  default OptionalInt unknownId() {
    return OptionalInt.of(vocabulary().id(Vocabulary.UNKNOWN));
  }

  @Override
  default String piece(int id) {
    return vocabulary().token(id);
  }
}
