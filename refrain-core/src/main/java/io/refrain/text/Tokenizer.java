package io.refrain.text;

import java.util.List;
import java.util.OptionalInt;

/**
 * Turns text into token ids and back. Immutable, so any number of threads may share one.
 *
 * <p>Ids run from 0 to {@link #size()} - 1. Those of a {@link VocabularyTokenizer} number the
 * tokens of a {@link Vocabulary}, and what it lacks is {@link Vocabulary#UNKNOWN}; those of a
 * {@link BpeTokenizer} are byte sequences, and nothing is unknown. A tokenizer of another make is
 * found by its name through a {@link TokenizerProvider}.
 */
public interface Tokenizer {
  /**
   * {@return the rule that cuts text into tokens, as files and the command line call it: the label
   * of a {@link TokenizerKind}, {@link BpeTokenizer#KIND}, or the name of a published tokenizer}
   */
  String kind();

  /** {@return how many ids there are} */
  int size();

  /**
   * {@return the ids that stand for no text, in rising order: special tokens, such as that of an
   * unknown token or of the end of a text, and ids that no token has} A model must not write them.
   */
  int[] specialIds();

  /** {@return the id that stands for what the vocabulary lacks; empty where nothing is unknown} */
  OptionalInt unknownId();

  /**
   * {@return whether {@link #decode} gives back the very text that was encoded, as long as every
   * token of it is known} An unpaired surrogate, which no text file can hold, comes back as U+FFFD.
   */
  boolean isExact();

  /**
   * {@return the ids of a whole text, such as a corpus or a document to score}
   *
   * @param text the text
   */
  int[] encode(String text);

  /**
   * {@return the same ids, with the stretch of the text that each stands for}
   *
   * @param text the text
   */
  Encoding encodeWithOffsets(String text);

  /**
   * {@return the last place where a text may be cut, whatever follows it; 0 where there is none}
   *
   * <p>The ids of what stands before the cut and those of what stands after it, with any
   * continuation, are together those of the whole. So a text that is larger than memory can be
   * encoded block by block: what stands after the cut of a block goes in front of the next one.
   *
   * @param text the beginning of a text
   */
  int lastCut(String text);

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
   * {@return the text of one token; a special token is shown by its name} A part of a character is
   * shown as U+FFFD; to join pieces where there may be such, use {@link #decoder}.
   *
   * @param id the id of a token
   * @throws IllegalArgumentException if the id is not below {@link #size()}
   */
  String piece(int id);

  /** {@return a decoder for a new text, token by token} */
  default TextDecoder decoder() {
    return new PieceDecoder(this);
  }

  /**
   * {@return the text of the tokens}
   *
   * @param ids the ids of the tokens, in order
   * @throws IllegalArgumentException if an id is not below {@link #size()}
   */
  default String decode(int... ids) {
    TextDecoder decoder = decoder();
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.end()).toString();
  }
}
