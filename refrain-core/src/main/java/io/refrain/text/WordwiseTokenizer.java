package io.refrain.text;

import io.refrain.text.bpe.IntList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** A tokenizer whose tokens are words: stretches of the text, looked up in a vocabulary. */
abstract sealed class WordwiseTokenizer implements VocabularyTokenizer
    permits WordTokenizer, UnicodeWordTokenizer, WhitespaceTokenizer {
  /** A guess that rarely needs growing: English has between five and six characters a word. */
  private static final int CHARACTERS_PER_WORD = 5;

  private final TokenizerKind kind;
  private final Vocabulary vocabulary;
  private final Rule rule;

  /** How a text is cut into words. */
  @FunctionalInterface
  interface Rule {
    /** Hands on the words of the text, in order. */
    void forEach(String text, Sink sink);
  }

  /** Takes the words of a text. */
  @FunctionalInterface
  interface Sink {
    /** Takes one word, which stands for the text from start to end. */
    void word(String word, int start, int end);
  }

  /**
   * A tokenizer over a vocabulary that exists already.
   *
   * @param isWord whether the rule could cut such a token
   * @param expected what messages call one
   */
  WordwiseTokenizer(
      TokenizerKind kind,
      Vocabulary vocabulary,
      Rule rule,
      Predicate<String> isWord,
      String expected) {
    for (String token : vocabulary.ordinaryTokens()) {
      if (!isWord.test(token)) {
        throw new IllegalArgumentException(
            "token %d: expected %s, got \"%s\"".formatted(vocabulary.id(token), expected, token));
      }
    }
    this.kind = kind;
    this.vocabulary = vocabulary;
    this.rule = rule;
  }

  @Override
  public final String kind() {
    return kind.label();
  }

  @Override
  public final Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public final int[] encode(String text) {
    IntList ids = new IntList(text.length() / CHARACTERS_PER_WORD + 1);
    rule.forEach(text, (word, start, end) -> ids.add(vocabulary.id(word)));
    return ids.toArray();
  }

  @Override
  public final Encoding encodeWithOffsets(String text) {
    EncodingBuilder encoding = new EncodingBuilder(text.length() / CHARACTERS_PER_WORD + 1);
    rule.forEach(text, (word, start, end) -> encoding.add(vocabulary.id(word), start, end));
    return encoding.build();
  }

  /** {@inheritDoc} Wherever that is, it is the same for every vocabulary of the kind. */
  @Override
  public final int lastCut(String text) {
    return kind.lastCut(text);
  }

  @Override
  public final List<String> unknown(String text) {
    Set<String> missing = new LinkedHashSet<>();
    rule.forEach(
        text,
        (word, start, end) -> {
          if (!vocabulary.contains(word)) {
            missing.add(word);
          }
        });
    return List.copyOf(missing);
  }
}
