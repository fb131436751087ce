package io.refrain.cli;

import io.refrain.generate.Sampler;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how tokens are drawn. */
final class SamplingOptions {
  @Option(
      names = "--temperature",
      paramLabel = "X",
      defaultValue = "0.8",
      description = "Below 1 bolder, above 1 more varied (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(names = "--greedy", description = "Always the most likely token.")
  private boolean greedy;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      defaultValue = "0",
      description = "Only the N most likely tokens; 0: all.")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "X",
      defaultValue = "1",
      description = "Of these, only the likely ones that together hold this share; 1: all.")
  private double topP;

  @Option(
      names = "--min-p",
      paramLabel = "X",
      defaultValue = "0",
      description =
          "Of these, only the ones at least so likely as this share of the most likely one, such as"
              + " 0.05; 0: all.")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Above 1, such as 1.2, makes tokens less likely that were there a moment ago; for words"
              + " and parts of them, for letters must recur (default: ${DEFAULT-VALUE}, none). It"
              + " comes first, then temperature, top-k, top-p and min-p, as in Hugging Face's"
              + " generate.")
  private double repetitionPenalty;

  @Option(
      names = "--repetition-window",
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Of --repetition-penalty: how many of the last tokens count, those of the prefix too"
              + " (default: ${DEFAULT-VALUE}).")
  private int repetitionWindow;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Same seed, same text (default: another each time).")
  private @Nullable Long seed;

  /** How to choose, but for tokens that must not be written. */
  Sampler.Options options() {
    return Sampler.Options.temperature(greedy ? 0 : temperature)
        .withTopK(topK)
        .withTopP(topP)
        .withMinP(minP)
        .withRepetitionPenalty(repetitionPenalty, repetitionWindow);
  }

  /** The seed, or another each time. */
  long seed() {
    return seed == null ? new SplittableRandom().nextLong() : seed;
  }
}
