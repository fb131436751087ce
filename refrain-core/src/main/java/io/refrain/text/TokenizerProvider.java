package io.refrain.text;

import java.io.IOException;
import java.util.Set;

/**
 * Brings tokenizers that others have published, such as OpenAI's, from wherever their vocabularies
 * are. Providers are found by {@link java.util.ServiceLoader}; see {@link PublishedTokenizers}.
 */
public interface TokenizerProvider {
  /** {@return the names that it knows; each is the {@link Tokenizer#kind()} of its tokenizer} */
  Set<String> names();

  /**
   * Loads a tokenizer.
   *
   * @param name one of the {@link #names()}
   * @return the tokenizer of that name
   * @throws IOException if its vocabulary cannot be read
   */
  Tokenizer load(String name) throws IOException;
}
