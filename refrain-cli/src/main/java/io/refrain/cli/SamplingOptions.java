package io.refrain.cli;

import io.refrain.generate.RecentTokens;
import io.refrain.generate.Sampler;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how tokens are drawn. */
final class SamplingOptions {
  static final String GREEDY = "--greedy";
  static final String PENALTY = "--repetition-penalty";
  static final String SEED = "--seed";
  static final String TEMPERATURE = "--temperature";
  static final String TOP_K = "--top-k";
  static final String TOP_P = "--top-p";
  static final String MIN_P = "--min-p";
  static final String WINDOW = "--repetition-window";

  @Option(
      names = TEMPERATURE,
      paramLabel = "X",
      defaultValue = "0.8",
      description =
          "Below 1 bolder, above 1 more varied; 0: the most likely token, as --greedy (default:"
              + " ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(names = GREEDY, description = "Always the most likely token.")
  private boolean greedy;

  @Option(
      names = TOP_K,
      paramLabel = "N",
      defaultValue = "0",
      description = "Only the N most likely tokens; 0: all.")
  private int topK;

  @Option(
      names = TOP_P,
      paramLabel = "X",
      defaultValue = "1",
      description = "Of these, only the likely ones that together hold this share; 1: all.")
  private double topP;

  @Option(
      names = MIN_P,
      paramLabel = "X",
      defaultValue = "0",
      description =
          "Of these, only the ones at least so likely as this share of the most likely one, such as"
              + " 0.05; 0: all.")
  private double minP;

  @Option(
      names = PENALTY,
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Above 1, such as 1.2, makes tokens less likely that were there a moment ago; for words"
              + " and parts of them, for letters must recur (default: ${DEFAULT-VALUE}, none). It"
              + " comes first, then temperature, top-k, top-p and min-p, as in Hugging Face's"
              + " generate. To a model of --output adaptive it does little where a token is nearly"
              + " certain, and much to rare ones.")
  private double repetitionPenalty;

  @Option(
      names = WINDOW,
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Of --repetition-penalty: how many of the last tokens count, those of the prefix too, and"
              + " without one the line break that stands for it (default: ${DEFAULT-VALUE}).")
  private int repetitionWindow;

  @Option(
      names = SEED,
      paramLabel = "N",
      description = "Same seed, same text (default: another each time).")
  private @Nullable Long seed;

  /** Demands ranges, and gives how to choose, but for tokens that must not be written. */
  Sampler.Options options(OptionCheck check) {
    check.require(
        repetitionWindow >= 1 && repetitionWindow <= RecentTokens.MOST,
        WINDOW,
        "between 1 and " + RecentTokens.MOST,
        repetitionWindow);
    return Sampler.Options.temperature(greedy ? 0 : temperature)
        .withTopK(topK)
        .withTopP(topP)
        .withMinP(minP)
        .withRepetitionPenalty(repetitionPenalty, repetitionWindow);
  }

  /**
   * The option by which nothing is left to chance, as it is typed; empty where tokens are drawn.
   */
  Optional<String> greedy() {
    if (greedy) {
      return Optional.of(GREEDY);
    }
    return temperature == 0
        ? Optional.of(TEMPERATURE + " 0")
        : topK == 1 ? Optional.of(TOP_K + " 1") : Optional.empty();
  }

  /** The seed that was given; empty where there is to be another each time. */
  OptionalLong seed() {
    return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
  }

  /**
   * Another seed each time: one that people can type, and that is whole in any program's numbers.
   */
  static long anotherSeed() {
    return new SplittableRandom().nextInt(Integer.MAX_VALUE);
  }
}
