package io.refrain.cli;

import static io.refrain.cli.OptionCheck.or;

import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.model.OutputConfig;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how probabilities are made: for a few kinds of tokens, or for thousands. */
final class OutputOptions {
  private static final String CHOICE = "--output";
  private static final String ADAPTIVE = "adaptive";
  private static final String SAMPLED = "sampled";

  @Option(
      names = CHOICE,
      paramLabel = "KIND",
      defaultValue = "full",
      description =
          "How probabilities are made: full, softmax over all kinds of tokens; for thousands of"
              + " them adaptive, with rare ones in clusters, a fraction of the work; or sampled, the"
              + " full one trained with a sample at a time, among which its training loss is then."
              + " Both number tokens by frequency: bpe, or a tokenizer that is there already, gets"
              + " other ids for it (default: full).")
  private String output;

  @Option(
      names = "--cutoffs",
      paramLabel = "N,N",
      split = ",",
      description =
          "Of --output adaptive: where its clusters begin, rising, by frequency; 2000,10000 is for"
              + " some 30,000 words.")
  private @Nullable List<Integer> cutoffs;

  @Option(
      names = "--div-value",
      paramLabel = "X",
      description =
          "Of --output adaptive: how much narrower than the one before each cluster is (default: 4).")
  private @Nullable Double divValue;

  @Option(
      names = "--head-bias",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Of --output adaptive: whether frequent tokens and clusters have a bias.")
  private @Nullable Boolean headBias;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Of --output sampled: kinds of tokens in a sample, such as 1024.")
  private @Nullable Integer samples;

  /** Demands that every value makes sense by itself and with the others. */
  void requireRanges(OptionCheck check, boolean tied) {
    check.named(CHOICE, OutputOptions::requireKnown, output);
    List<String> adaptive = List.of(ADAPTIVE);
    cutoffs = check.fitting("--cutoffs", cutoffs, CHOICE, output, adaptive);
    divValue = check.fitting("--div-value", divValue, CHOICE, output, adaptive);
    headBias = check.fitting("--head-bias", headBias, CHOICE, output, adaptive);
    samples = check.fitting("--samples", samples, CHOICE, output, List.of(SAMPLED));
    if (output.equals(ADAPTIVE)) {
      requireAdaptive(check, tied);
    }
    if (output.equals(SAMPLED)) {
      needs(check, samples == null, "--samples, such as --samples 1024");
      check.atLeast(1, "--samples", or(samples, 1));
    }
  }

  private void requireAdaptive(OptionCheck check, boolean tied) {
    if (tied) {
      throw new IllegalArgumentException(
          "%s adaptive does not go with %s: %s, or take --output sampled"
              .formatted(
                  check.name(CHOICE),
                  check.name("--tied"),
                  check.isGiven("--tied") ? "leave one of them out" : "give --tied false"));
    }
    needs(check, cutoffs == null, "--cutoffs, such as --cutoffs 2000,10000");
    check.require(
        or(divValue, 1.0) >= 1 && Double.isFinite(or(divValue, 1.0)),
        "--div-value",
        "at least 1 and finite",
        or(divValue, 1.0));
    check.named("--cutoffs", _ -> config(), "");
  }

  private static void needs(OptionCheck check, boolean missing, String what) {
    if (missing) {
      throw new IllegalArgumentException("%s needs %s".formatted(check.name(CHOICE), what));
    }
  }

  private static String requireKnown(String kind) {
    if (!OutputConfig.LABELS.contains(kind)) {
      throw new IllegalArgumentException(
          "\"%s\" is none of %s".formatted(kind, String.join(", ", OutputConfig.LABELS)));
    }
    return kind;
  }

  /** What the options come to. */
  OutputConfig config() {
    return switch (output) {
      case ADAPTIVE ->
          new OutputConfig.Adaptive(
              new AdaptiveSoftmax.Options(
                  or(cutoffs, List.of()),
                  or(divValue, AdaptiveSoftmax.Options.DIV_VALUE),
                  or(headBias, false)));
      case SAMPLED -> new OutputConfig.Sampled(or(samples, 1));
      default -> new OutputConfig.Full();
    };
  }

  /** Whether the smaller ids must be those of the more frequent tokens. */
  boolean takesIdsForRanks() {
    return output.equals(ADAPTIVE) || output.equals(SAMPLED);
  }

  /** Demands that a text has more kinds of tokens than the options count on. */
  void requireVocabulary(OptionCheck check, int vocabulary) {
    String remedy = "give fewer, or --output full";
    if (cutoffs != null && cutoffs.getLast() >= vocabulary) {
      throw new IllegalArgumentException(
          "%s must be below the text's %,d kinds of tokens, but are %s: %s"
              .formatted(
                  check.name("--cutoffs"),
                  vocabulary,
                  cutoffs.stream().map(String::valueOf).collect(Collectors.joining(",")),
                  remedy));
    }
    if (samples != null && samples >= vocabulary) {
      throw new IllegalArgumentException(
          "%s must be below the text's %,d kinds of tokens, but is %d: %s"
              .formatted(check.name("--samples"), vocabulary, samples, remedy));
    }
  }
}
