package io.refrain.cli;

import io.refrain.generate.BeamSearch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of beam search. */
final class BeamOptions {
  @Option(
      names = "--beams",
      paramLabel = "N",
      description =
          "Draw nothing, but look for the likeliest text, keeping the N likeliest beginnings at"
              + " each step: beam search.")
  private @Nullable Integer width;

  @Option(
      names = "--length-penalty",
      paramLabel = "X",
      defaultValue = "0.6",
      description =
          "Of --beams: compares texts that a stop string ended by log P / ((5 + tokens) / 6)^X; 0:"
              + " by log P alone, which prefers short ones (default: ${DEFAULT-VALUE}).")
  private double lengthPenalty;

  @Option(
      names = "--best",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Of --beams: texts to print, best first (default: ${DEFAULT-VALUE}). Tokens that come to"
              + " the same text make one, so there may be fewer.")
  private int best;

  /** Whether there is to be a search. */
  boolean chosen() {
    return width != null;
  }

  /** Texts side by side; 1 without a search. */
  int width() {
    return width == null ? 1 : width;
  }

  /** Texts to print. */
  int best() {
    return best;
  }

  /**
   * Demands ranges, and gives how to search, but for tokens that must not be written. Where several
   * texts are wanted it finds as many as it can, for some may be the same.
   */
  BeamSearch.Options options(OptionCheck check) {
    check.atLeast(1, "--beams", width());
    check.atLeast(1, "--best", best);
    check.require(best <= width(), "--best", "at most --beams " + width(), best);
    return BeamSearch.Options.width(width())
        .withLengthPenalty(lengthPenalty)
        .withBest(best == 1 ? 1 : width());
  }
}
