package io.refrain.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The tokens that a model knows, numbered from 0 without gaps. Immutable.
 *
 * <p>Special tokens come first, in the order given, and the first of them is always {@link
 * #UNKNOWN}, so that it has id 0. The others follow by falling count; tokens of equal count stand
 * in the order of their code points. That is the order of torchtext's {@code
 * build_vocab_from_iterator}.
 */
public final class Vocabulary {
  /** Stands for every token that the vocabulary lacks; always id 0. */
  public static final String UNKNOWN = "<unk>";

  /** Fills a batch's shorter sequences up to the length of the longest. */
  public static final String PADDING = "<pad>";

  /** Opens a sequence. */
  public static final String BEGINNING = "<bos>";

  /** Closes a sequence. */
  public static final String END = "<eos>";

  private static final int UNKNOWN_ID = 0;

  private final List<String> tokens;
  private final int specialCount;
  private final Map<String, Integer> ids;

  /**
   * What a vocabulary keeps when it is built from counts.
   *
   * @param specials the special tokens in the order of their ids; {@link #UNKNOWN} must be the
   *     first
   * @param minimumCount tokens seen less often than this are left out; at least 1
   * @param maximumSize the largest {@link Vocabulary#size()}, special tokens included; {@link
   *     #UNLIMITED} for no limit
   */
  public record Options(List<String> specials, int minimumCount, int maximumSize) {
    /** The maximum size that leaves nothing out. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** Checks the options; the message of the exception says which one is wrong. */
    public Options {
      specials = List.copyOf(specials);
      requireSpecials(specials);
      if (minimumCount < 1) {
        throw new IllegalArgumentException(
            "minimum count of a token: expected at least 1, got " + minimumCount);
      }
      if (maximumSize <= specials.size()) {
        throw new IllegalArgumentException(
            "maximum vocabulary size: expected more than the %d special tokens, got %d"
                .formatted(specials.size(), maximumSize));
      }
    }

    /**
     * Keeps every token, after these special ones.
     *
     * @param specials the special tokens in the order of their ids; {@link #UNKNOWN} first
     * @return options without limits
     */
    public static Options of(String... specials) {
      return new Options(List.of(specials), 1, UNLIMITED);
    }

    /**
     * {@return the same options with another minimum count}
     *
     * @param count the smallest count of a token that is kept; at least 1
     */
    public Options withMinimumCount(int count) {
      return new Options(specials, count, maximumSize);
    }

    /**
     * {@return the same options with another maximum size}
     *
     * @param size the largest size, special tokens included
     */
    public Options withMaximumSize(int size) {
      return new Options(specials, minimumCount, size);
    }
  }

  private Vocabulary(List<String> tokens, int specialCount) {
    requireSpecials(tokens.subList(0, specialCount));
    this.tokens = List.copyOf(tokens);
    this.specialCount = specialCount;
    this.ids = HashMap.newHashMap(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      String token = tokens.get(id);
      Integer earlier = ids.putIfAbsent(token, id);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "vocabulary: token \"%s\" has two ids, %d and %d; each token may stand there once"
                .formatted(token, earlier, id));
      }
    }
  }

  /**
   * Restores a vocabulary from its tokens.
   *
   * @param tokens all tokens in the order of their ids, special tokens first
   * @param specialCount how many of them are special; at least 1, for {@link #UNKNOWN}
   * @return the vocabulary
   * @throws IllegalArgumentException if a token stands there twice or {@link #UNKNOWN} is not first
   */
  public static Vocabulary of(List<String> tokens, int specialCount) {
    if (specialCount < 1 || specialCount > tokens.size()) {
      throw new IllegalArgumentException(
          "vocabulary: expected 1 to %d special tokens among the %d tokens, got %d"
              .formatted(tokens.size(), tokens.size(), specialCount));
    }
    return new Vocabulary(tokens, specialCount);
  }

  /**
   * Builds a vocabulary from how often each token was seen. A special token keeps its place
   * whatever its count.
   *
   * @param counts how often each token was seen, as integers or longs
   * @param options what the vocabulary keeps
   * @return the vocabulary of the counted tokens
   * @throws IllegalArgumentException if no token but special ones reaches the minimum count
   */
  public static Vocabulary fromCounts(Map<String, ? extends Number> counts, Options options) {
    List<Map.Entry<String, Long>> entries = new ArrayList<>(counts.size());
    for (Map.Entry<String, ? extends Number> entry : counts.entrySet()) {
      long count = entry.getValue().longValue();
      if (count >= options.minimumCount() && !options.specials().contains(entry.getKey())) {
        entries.add(Map.entry(entry.getKey(), count));
      }
    }
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(
          "vocabulary: no token but special ones is seen %d times or more; use %smore text"
              .formatted(
                  options.minimumCount(),
                  options.minimumCount() > 1 ? "a smaller minimum count or " : ""));
    }
    entries.sort(
        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey(Vocabulary::compareCodePoints)));
    int kept = Math.min(entries.size(), options.maximumSize() - options.specials().size());
    List<String> tokens = new ArrayList<>(options.specials());
    for (Map.Entry<String, Long> entry : entries.subList(0, kept)) {
      tokens.add(entry.getKey());
    }
    return new Vocabulary(tokens, options.specials().size());
  }

  /** {@return the number of tokens, special ones included} */
  public int size() {
    return tokens.size();
  }

  /**
   * {@return the id of a token, or that of {@link #UNKNOWN} where the vocabulary lacks it}
   *
   * @param token the text of the token
   */
  public int id(String token) {
    Integer id = ids.get(token);
    return id == null ? UNKNOWN_ID : id;
  }

  /**
   * {@return whether the token has an id of its own}
   *
   * @param token the text of the token
   */
  public boolean contains(String token) {
    return ids.containsKey(token);
  }

  /**
   * {@return the token with this id}
   *
   * @param id the id of a token
   * @throws IllegalArgumentException if the id is not in [0, size)
   */
  public String token(int id) {
    if (id < 0 || id >= tokens.size()) {
      throw new IllegalArgumentException(
          "token id: expected 0 to %d, got %d".formatted(tokens.size() - 1, id));
    }
    return tokens.get(id);
  }

  /** {@return all tokens in the order of their ids} */
  public List<String> tokens() {
    return tokens;
  }

  /** {@return the special tokens in the order of their ids, which start at 0} */
  public List<String> specials() {
    return tokens.subList(0, specialCount);
  }

  /** The tokens that are not special, in the order of their ids. */
  List<String> ordinaryTokens() {
    return tokens.subList(specialCount, tokens.size());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Vocabulary that
        && specialCount == that.specialCount
        && tokens.equals(that.tokens);
  }

  @Override
  public int hashCode() {
    return Objects.hash(tokens, specialCount);
  }

  @Override
  public String toString() {
    return "Vocabulary of %d tokens, first %s".formatted(size(), specials());
  }

  private static void requireSpecials(List<String> specials) {
    if (specials.isEmpty() || !specials.getFirst().equals(UNKNOWN)) {
      throw new IllegalArgumentException(
          "special tokens: expected %s first, got %s".formatted(UNKNOWN, specials));
    }
    if (new HashSet<>(specials).size() < specials.size()) {
      throw new IllegalArgumentException(
          "special tokens: expected each of them once, got " + specials);
    }
  }

  /**
   * Orders by code point, where {@link String#compareTo} orders by UTF-16 unit and so puts U+1F600
   * before U+FFFD.
   */
  private static int compareCodePoints(String left, String right) {
    int shorter = Math.min(left.length(), right.length());
    for (int i = 0; i < shorter; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean bothOrNeither = Character.isSurrogate(a) == Character.isSurrogate(b);
        return bothOrNeither ? Character.compare(a, b) : Character.isSurrogate(a) ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
