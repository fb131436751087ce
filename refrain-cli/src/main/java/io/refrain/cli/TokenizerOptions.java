package io.refrain.cli;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.CorpusReader;
import io.refrain.text.FrequentFirst;
import io.refrain.text.TokenCounter;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerKind;
import io.refrain.text.Vocabulary;
import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code train} turns text into tokens. */
final class TokenizerOptions {
  /** Large enough for words to be few tokens, small enough for a layer that writes them. */
  private static final int BPE_VOCABULARY = 8192;

  private static final int BYTES = 256;

  @Option(
      names = "--tokenizer",
      paramLabel = "KIND|FILE",
      description =
          "How text becomes tokens (default: ${DEFAULT-VALUE}): verbatim (characters as they are),"
              + " char, word (the notebook's), unicode-word, whitespace (of texts that are cut"
              + " already), bpe (byte pairs); or a tokenizer.json, a run, or a published one such as"
              + " cl100k_base.")
  private String tokenizer;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      description = "Tokens, at most (default: 8192 with bpe, else all that the text has).")
  private @Nullable Integer vocabulary;

  @Option(
      names = "--minimum-count",
      paramLabel = "N",
      description =
          "Tokens, with bpe pairs, that are seen less often are none (default: 2 with"
              + " bpe, else 1).")
  private @Nullable Integer minimumCount;

  /** Demands that every value makes sense by itself. */
  void requireRanges(OptionCheck check) {
    boolean isMade = isBpe() || TokenizerFinder.isKind(tokenizer);
    if (vocabulary != null && isMade) {
      check.atLeast(leastVocabulary(tokenizer, 1), "--vocabulary", vocabulary);
    }
    if (minimumCount != null) {
      check.atLeast(1, "--minimum-count", minimumCount);
    }
    if (!isMade) {
      TokenizerFinder.requireThere(tokenizer, check.name("--tokenizer") + ": ");
      requireUnused("--vocabulary", vocabulary);
      requireUnused("--minimum-count", minimumCount);
    }
  }

  private void requireUnused(String option, @Nullable Integer value) {
    if (value != null) {
      throw new IllegalArgumentException(
          "%s is for a tokenizer that is made of the text, and %s is there already: leave one out"
              .formatted(option, tokenizer));
    }
  }

  private boolean isBpe() {
    return tokenizer.equals(BpeTokenizer.KIND);
  }

  /**
   * Finds the tokenizer, or makes it of the text.
   *
   * @param byFrequency whether the smaller ids must be those of the more frequent tokens
   */
  Tokenizer tokenizer(TextReading text, int threads, boolean byFrequency) throws IOException {
    if (TokenizerFinder.isKind(tokenizer)) {
      TokenizerKind kind = TokenizerKind.of(tokenizer);
      return counted(text, kind, counted(kind, vocabulary, minimumCount)); // by frequency anyway
    }
    Tokenizer found = isBpe() ? learned(text, threads) : TokenizerFinder.find(tokenizer);
    return byFrequency ? frequentFirst(text, found) : found;
  }

  private Tokenizer learned(TextReading text, int threads) throws IOException {
    BpeTraining training =
        new BpeTraining(bytePairs(vocabulary, minimumCount, null, null), threads);
    training.count(text);
    return training.learn();
  }

  /** Reads the text once more, for how often each id is in it. */
  private static Tokenizer frequentFirst(TextReading text, Tokenizer tokenizer) throws IOException {
    long[] counts = new long[tokenizer.size()];
    try (CorpusReader reader = text.text().open()) {
      new TextReading(text.text(), reader)
          .forEach(
              "Counting tokens",
              tokenizer::lastCut,
              piece -> {
                for (int id : tokenizer.encode(piece)) {
                  counts[id]++;
                }
              });
    }
    return FrequentFirst.of(tokenizer, counts);
  }

  /**
   * The smallest vocabulary that there can be.
   *
   * @param kind a kind that is made of a text
   * @param bpeSpecials how many special tokens byte pairs are to have
   */
  static int leastVocabulary(String kind, int bpeSpecials) {
    return kind.equals(BpeTokenizer.KIND)
        ? BYTES + bpeSpecials
        : TokenizerKind.of(kind).defaultOptions().specials().size() + 1;
  }

  /** What byte pairs are to be; what is null is as usual. */
  static BpeTrainer.Options bytePairs(
      @Nullable Integer vocabulary,
      @Nullable Integer minimumCount,
      @Nullable List<String> specials,
      @Nullable SplitPattern pattern) {
    BpeTrainer.Options usual =
        BpeTrainer.Options.ofSize(OptionCheck.or(vocabulary, BPE_VOCABULARY));
    return new BpeTrainer.Options(
        usual.vocabularySize(),
        OptionCheck.or(minimumCount, usual.minimumCount()),
        OptionCheck.or(specials, usual.specials()),
        OptionCheck.or(pattern, usual.pattern()));
  }

  /** Makes a tokenizer of the tokens of a text. */
  static Tokenizer counted(TextReading text, TokenizerKind kind, Vocabulary.Options options)
      throws IOException {
    TokenCounter counter = new TokenCounter(kind);
    text.forEach("Counting", kind::lastCut, counter::count);
    return counter.tokenizer(options);
  }

  /** What a vocabulary keeps that is counted in a text. */
  static Vocabulary.Options counted(
      TokenizerKind kind, @Nullable Integer vocabulary, @Nullable Integer minimumCount) {
    Vocabulary.Options options = kind.defaultOptions();
    if (minimumCount != null) {
      options = options.withMinimumCount(minimumCount);
    }
    return vocabulary == null ? options : options.withMaximumSize(vocabulary);
  }
}
