package io.refrain.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Learns the merges of a {@link BpeModel} from texts: counts the pieces of the texts, then merges
 * the most frequent pair of neighbours again and again (Sennrich et al. 2016).
 *
 * <p>The result is that of Hugging Face's {@code BpeTrainer}: of pairs that are equally frequent,
 * the one whose left token has the smaller id goes first, then the one whose right token has; the
 * 256 bytes follow the special tokens in the order of {@link ByteAlphabet#letter}. It does not
 * depend on the number of threads.
 *
 * <pre>{@code
 * BpeTrainer trainer = new BpeTrainer(BpeTrainer.Options.ofSize(8192));
 * trainer.count(text, 2); // again for more texts
 * BpeModel model = trainer.train(done -> {});
 * }</pre>
 *
 * <p>Memory grows with the number of different pieces, not with the length of the texts; {@link
 * #forgetRare} bounds it. One trainer serves one thread at a time.
 */
public final class BpeTrainer {
  private static final int BYTES = 256;

  private final Options options;
  private PieceCounts counts = new PieceCounts();

  /**
   * What a model is to be.
   *
   * @param vocabularySize the number of tokens, special ones and the 256 bytes included; it stays
   *     smaller where no more pairs are frequent enough
   * @param minimumCount pairs seen less often are not merged; at least 1
   * @param specials tokens that stand for themselves wherever they are in a text, such as {@code
   *     <|endoftext|>}; they have the first ids
   * @param pattern what cuts a text into pieces
   */
  public record Options(
      int vocabularySize, int minimumCount, List<String> specials, SplitPattern pattern) {
    /** Checks the options; the message of the exception says which one is wrong. */
    public Options {
      specials = List.copyOf(specials);
      if (vocabularySize < BYTES + specials.size()) {
        throw new IllegalArgumentException(
            "vocabulary size: expected at least %d, for 256 bytes and %d special tokens, got %d"
                .formatted(BYTES + specials.size(), specials.size(), vocabularySize));
      }
      if (minimumCount < 1) {
        throw new IllegalArgumentException(
            "minimum count of a pair: expected at least 1, got " + minimumCount);
      }
      if (specials.stream().distinct().count() < specials.size() || specials.contains("")) {
        throw new IllegalArgumentException(
            "special tokens: expected each of them once, and none empty, got " + specials);
      }
      for (String special : specials) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(special)) {
          throw new IllegalArgumentException(
              "special tokens: expected whole characters, got half of a surrogate pair");
        }
        if (ByteAlphabet.spellsOtherBytes(special)) {
          throw new IllegalArgumentException(
              ("special tokens: \"%s\" is how files spell other bytes; add a character to it that"
                      + " spells none, such as a space")
                  .formatted(special));
        }
      }
    }

    /**
     * {@return options for so many tokens: pairs seen twice or more, the pattern of GPT-2, and
     * {@code <|endoftext|>}}
     *
     * @param vocabularySize the number of tokens
     */
    public static Options ofSize(int vocabularySize) {
      return new Options(vocabularySize, 2, List.of("<|endoftext|>"), SplitPattern.GPT2);
    }
  }

  /**
   * A trainer that has seen no text.
   *
   * @param options what the model is to be
   */
  public BpeTrainer(Options options) {
    this.options = options;
  }

  /**
   * Counts the pieces of a text, in addition to those before. The end of a text ends a piece, so a
   * long text that comes in blocks must be cut where {@link SplitPattern#lastCut} says.
   *
   * @param text the text
   * @param threads how many threads may count; they change nothing in the result
   */
  public void count(String text, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
    }
    new PieceCounting(options.pattern(), text).run(threads, counts);
  }

  /** {@return how many different pieces were counted} */
  public int distinctPieces() {
    return counts.size();
  }

  /**
   * Forgets the pieces that were seen least so far: first all that were seen once, then all that
   * were seen twice, and so on, until few enough are left. The rarest pieces make no merges, so
   * that little is lost, but the result now depends on where in the texts this was asked for.
   *
   * @param most how many different pieces may be left; at least 0
   * @return how many were forgotten
   */
  public int forgetRare(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("pieces: expected at least 0 to be left, got " + most);
    }
    int before = counts.size();
    while (counts.size() > most) {
      counts = counts.withoutRarest();
    }
    return before - counts.size();
  }

  /**
   * Learns the merges.
   *
   * @param progress is told the number of tokens after every merge
   * @return a model of at most as many tokens as the options say
   */
  public BpeModel train(LongConsumer progress) {
    return new MergeLearning(options, counts.inOrder()).run(progress);
  }
}
