package io.refrain.text;

import java.io.IOException;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The tokenizers that are known by name: those of all {@link TokenizerProvider}s that are there.
 */
public final class PublishedTokenizers {
  private PublishedTokenizers() {}

  /** {@return their names} Empty without a provider on the class path or module path. */
  public static SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>();
    ServiceLoader.load(TokenizerProvider.class).forEach(provider -> names.addAll(provider.names()));
    return names;
  }

  /**
   * {@return the tokenizer of this name, if any provider knows it}
   *
   * @param name such as {@code cl100k_base}
   * @throws IOException if its vocabulary cannot be read
   */
  public static Optional<Tokenizer> find(String name) throws IOException {
    for (TokenizerProvider provider : ServiceLoader.load(TokenizerProvider.class)) {
      if (provider.names().contains(name)) {
        return Optional.of(provider.load(name));
      }
    }
    return Optional.empty();
  }
}
