package io.refrain.text;

import io.refrain.text.bpe.IntList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** From words to ids, for the tokenizers whose tokens are stretches of the text. */
final class WordTable {
  /** A guess that rarely needs growing: English has between five and six characters a word. */
  private static final int CHARACTERS_PER_WORD = 5;

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

  WordTable(Vocabulary vocabulary, Rule rule) {
    this.vocabulary = vocabulary;
    this.rule = rule;
  }

  int[] encode(String text) {
    IntList ids = new IntList(text.length() / CHARACTERS_PER_WORD + 1);
    rule.forEach(text, (word, start, end) -> ids.add(vocabulary.id(word)));
    return ids.toArray();
  }

  Encoding encodeWithOffsets(String text) {
    EncodingBuilder encoding = new EncodingBuilder(text.length() / CHARACTERS_PER_WORD + 1);
    rule.forEach(text, (word, start, end) -> encoding.add(vocabulary.id(word), start, end));
    return encoding.build();
  }

  /** The distinct words without an id, in order of first appearance. */
  List<String> unknown(String text) {
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
