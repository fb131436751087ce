package io.refrain.text;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The tokenizers that are known by name: those of all {@link TokenizerProvider}s that the class
 * loader of the calling thread finds, or that of Refrain, which on a server's threads may see more.
 */
public final class PublishedTokenizers {
  private PublishedTokenizers() {}

  /** {@return their names} Empty without a provider on the class path or module path. */
  public static SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>();
    for (ServiceLoader<TokenizerProvider> providers : loaders()) {
      providers.forEach(provider -> names.addAll(provider.names()));
    }
    return names;
  }

  private static List<ServiceLoader<TokenizerProvider>> loaders() {
    return List.of(
        ServiceLoader.load(TokenizerProvider.class),
        ServiceLoader.load(TokenizerProvider.class, PublishedTokenizers.class.getClassLoader()));
  }

  /**
   * {@return the tokenizer of this name, if any provider knows it}
   *
   * @param name such as {@code cl100k_base}
   * @throws IOException if its vocabulary cannot be read
   */
  public static Optional<Tokenizer> find(String name) throws IOException {
    for (ServiceLoader<TokenizerProvider> providers : loaders()) {
      for (TokenizerProvider provider : providers) {
        if (provider.names().contains(name)) {
          return Optional.of(provider.load(name));
        }
      }
    }
    return Optional.empty();
  }
}
