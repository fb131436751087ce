package io.refrain.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The notebook's words: the text is cleaned as in {@link NotebookText} and split on white space.
 * Line ends part words and leave no other trace.
 */
public final class WordTokenizer implements Tokenizer {
  /** A guess that rarely needs growing: English has between five and six characters a word. */
  private static final int CHARACTERS_PER_WORD = 5;

  private final Vocabulary vocabulary;

  /**
   * A tokenizer over a vocabulary that exists already.
   *
   * @param vocabulary the tokens and their ids
   * @throws IllegalArgumentException if a token that is not special holds anything but a to z
   */
  public WordTokenizer(Vocabulary vocabulary) {
    for (String token : vocabulary.ordinaryTokens()) {
      if (!NotebookText.isCleanWord(token)) {
        throw new IllegalArgumentException(
            "token %d: expected a word of the letters a to z, got \"%s\""
                .formatted(vocabulary.id(token), token));
      }
    }
    this.vocabulary = vocabulary;
  }

  /**
   * Counts the words of the cleaned text and knows those that the options keep.
   *
   * @param text the text
   * @param options what the vocabulary keeps
   * @return a tokenizer that knows the tokens of the text
   * @throws IllegalArgumentException if cleaning leaves nothing
   */
  public static WordTokenizer train(String text, Vocabulary.Options options) {
    Map<String, Integer> counts = new HashMap<>();
    NotebookText.forEachWord(text, word -> counts.merge(word, 1, Integer::sum));
    if (counts.isEmpty()) {
      throw NotebookText.nothingLeft();
    }
    return new WordTokenizer(Vocabulary.fromCounts(counts, options));
  }

  /**
   * {@link #train(String, Vocabulary.Options)} with the kind's default options.
   *
   * @param text the text
   * @return a tokenizer that knows the tokens of the text
   */
  public static WordTokenizer train(String text) {
    return train(text, TokenizerKind.WORD.defaultOptions());
  }

  @Override
  public TokenizerKind kind() {
    return TokenizerKind.WORD;
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public int[] encode(String text) {
    IntList ids = new IntList(text.length() / CHARACTERS_PER_WORD + 1);
    NotebookText.forEachWord(text, word -> ids.add(vocabulary.id(word)));
    return ids.toArray();
  }

  @Override
  public int[] characters(String text) {
    IntList lengths = new IntList(text.length() / CHARACTERS_PER_WORD + 1);
    NotebookText.forEachWord(text, word -> lengths.add(word.length() + separator().length()));
    return lengths.toArray();
  }

  @Override
  public List<String> unknown(String text) {
    Set<String> missing = new LinkedHashSet<>();
    NotebookText.forEachWord(
        text,
        word -> {
          if (!vocabulary.contains(word)) {
            missing.add(word);
          }
        });
    return List.copyOf(missing);
  }

  @Override
  public String separator() {
    return " ";
  }

  /** Grows as it is filled, without a box for each value. */
  private static final class IntList {
    private int[] values;
    private int size;

    IntList(int capacity) {
      values = new int[capacity];
    }

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    int[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
