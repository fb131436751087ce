package io.refrain.text;

import io.refrain.text.bpe.BpeModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the tokens of a tokenizer anew, by how often each is in a text: the smaller the id, the
 * more frequent. Output layers that deal with frequent tokens first take the id for the rank; those
 * of byte pairs are in the order in which they were learned, single bytes first.
 *
 * <p>Texts are cut as before, only the numbers are others.
 */
public final class FrequentFirst {
  private FrequentFirst() {}

  /**
   * Numbers tokens by falling count. Tokens of equal count keep their order, ids that no token has
   * are left out, and the special tokens of a {@link Vocabulary} stay in front, as they must.
   *
   * @param tokenizer a {@link VocabularyTokenizer} or a {@link BpeTokenizer}
   * @param counts how often each id of it is in the text
   * @return a tokenizer of the same tokens, which is no published one any more
   * @throws IllegalArgumentException if it is of another make, or there is not one count for each
   *     id
   */
  public static Tokenizer of(Tokenizer tokenizer, long[] counts) {
    if (counts.length != tokenizer.size()) {
      throw new IllegalArgumentException(
          "counts: expected one for each of the %d ids, got %d"
              .formatted(tokenizer.size(), counts.length));
    }
    return switch (tokenizer) {
      case VocabularyTokenizer counted -> ofVocabulary(counted, counts);
      case BpeTokenizer bytePairs -> ofBytePairs(bytePairs, counts);
      default ->
          throw new IllegalArgumentException(
              "tokenizer of kind %s: expected one of a vocabulary or of byte pairs, for others cannot"
                      .formatted(tokenizer.kind())
                  + " be numbered by frequency; take another, or the full softmax");
    };
  }

  private static Tokenizer ofVocabulary(VocabularyTokenizer tokenizer, long[] counts) {
    Vocabulary vocabulary = tokenizer.vocabulary();
    int specials = vocabulary.specials().size();
    List<String> tokens = new ArrayList<>(vocabulary.specials());
    byFallingCount(IntStream.range(specials, vocabulary.size()), counts)
        .forEach(id -> tokens.add(vocabulary.token(id)));
    return TokenizerKind.of(tokenizer.kind()).over(Vocabulary.of(tokens, specials));
  }

  private static Tokenizer ofBytePairs(BpeTokenizer tokenizer, long[] counts) {
    BpeModel model = tokenizer.model();
    BpeTokenizer.Settings settings = tokenizer.settings();
    boolean[] there = new boolean[tokenizer.size()];
    for (int id = 0; id < model.size(); id++) {
      there[id] = model.token(id) != null;
    }
    settings.addedTokens().forEach(token -> there[token.id()] = true);
    List<Integer> order =
        byFallingCount(IntStream.range(0, there.length).filter(id -> there[id]), counts);
    int[] numbers = new int[there.length]; // by the number before
    List<byte @Nullable []> tokens = new ArrayList<>(order.size());
    for (int id : order) {
      numbers[id] = tokens.size();
      tokens.add(id < model.size() ? model.token(id) : null);
    }
    int[] lefts = IntStream.range(0, model.merges()).map(i -> numbers[model.left(i)]).toArray();
    int[] rights = IntStream.range(0, model.merges()).map(i -> numbers[model.right(i)]).toArray();
    List<AddedToken> added =
        settings.addedTokens().stream()
            .map(token ->
                new AddedToken(
                    numbers[token.id()], token.content(), token.special(), token.normalized()))
            .toList();
    return new BpeTokenizer(
        new BpeModel(tokens, lefts, rights, model.wholePieces()),
        new BpeTokenizer.Settings(
            settings.pattern(), settings.prefixSpace(), settings.composed(), added));
  }

  private static List<Integer> byFallingCount(IntStream ids, long[] counts) {
    return ids.boxed().sorted(Comparator.comparingLong((Integer id) -> -counts[id])).toList();
  }
}
