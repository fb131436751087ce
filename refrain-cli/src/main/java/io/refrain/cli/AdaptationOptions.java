package io.refrain.cli;

import io.refrain.data.TokenSource;
import io.refrain.evaluate.CachingReader;
import io.refrain.evaluate.DynamicReader;
import io.refrain.evaluate.GradientScale;
import io.refrain.evaluate.PlainReader;
import io.refrain.evaluate.TextReader;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that let a model adapt to the text that it reads. */
final class AdaptationOptions {
  /**
   * Rows side by side when gradients are measured: as many as make their noise that of training.
   */
  private static final int SCALE_ROWS = 16;

  private static final int SCALE_BATCHES = 200;

  @Option(
      names = "--cache",
      paramLabel = "N",
      description =
          "Remember the last N tokens and expect them again where the hidden state is similar, such"
              + " as 2000.")
  private @Nullable Integer cache;

  @Option(
      names = "--cache-flatness",
      paramLabel = "X",
      description = "Of --cache: how much more similar states count, 0 for none (default: 12).")
  private @Nullable Double flatness;

  @Option(
      names = "--cache-weight",
      paramLabel = "X",
      description =
          "Of --cache: what share it has in a probability, the model having the rest (default:"
              + " 0.25).")
  private @Nullable Double weight;

  @Option(
      names = "--dynamic",
      paramLabel = "KIND",
      description =
          "Learn from every stretch of the text when it has been predicted: plain, down the"
              + " gradient, or scaled, down the gradient divided by its usual size in training, which"
              + " is measured first on the text of the run. The run stays as it is.")
  private @Nullable String dynamic;

  @Option(
      names = "--dynamic-rate",
      paramLabel = "X",
      description = "Of --dynamic: learning rate (default: plain 0.1, scaled 0.0001).")
  private @Nullable Double rate;

  @Option(
      names = "--dynamic-decay",
      paramLabel = "X",
      description =
          "Of --dynamic: share of the way back to the trained weights after every stretch (default:"
              + " 0.001).")
  private @Nullable Double decay;

  @Option(
      names = "--dynamic-steps",
      paramLabel = "N",
      description = "Of --dynamic: tokens of a stretch (default: 20).")
  private @Nullable Integer steps;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Demands that every option has a use and a sensible value, before anything is read. */
  void require() {
    require("--cache", cache, "--cache-flatness", flatness);
    require("--cache", cache, "--cache-weight", weight);
    require("--dynamic", dynamic, "--dynamic-rate", rate);
    require("--dynamic", dynamic, "--dynamic-decay", decay);
    require("--dynamic", dynamic, "--dynamic-steps", steps);
    caching();
    learning();
  }

  private static void require(
      String choice, @Nullable Object chosen, String option, @Nullable Object value) {
    if (value != null && chosen == null) {
      throw new IllegalArgumentException("%s is of %s: give that, too".formatted(option, choice));
    }
  }

  /** Whether the model adapts at all. */
  boolean isAdaptive() {
    return cache != null || dynamic != null;
  }

  /** What people are told of it: all that its figure depends on. */
  String description() {
    List<String> parts = new ArrayList<>();
    DynamicReader.Options learning = learning();
    if (learning != null) {
      parts.add(
          "dynamic evaluation (%s, rate %s, decay %s, stretches of %d)"
              .formatted(
                  dynamic, plain(learning.rate()), plain(learning.decay()), learning.steps()));
    }
    CachingReader.Options caching = caching();
    if (caching != null) {
      parts.add(
          "a cache of %s (flatness %s, weight %s)"
              .formatted(
                  Figures.count(caching.size()),
                  plain(caching.flatness()),
                  plain(caching.weight())));
    }
    return String.join(" and ", parts);
  }

  /** A setting as people type it, such as 0.0001. */
  private static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /** The same for programs. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("by", by());
    DynamicReader.Options learning = learning();
    if (dynamic != null && learning != null) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("kind", dynamic);
      settings.put("rate", learning.rate());
      settings.put("decay", learning.decay());
      settings.put("steps", learning.steps());
      json.put("dynamic", settings);
    }
    CachingReader.Options caching = caching();
    if (caching != null) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("size", caching.size());
      settings.put("flatness", caching.flatness());
      settings.put("weight", caching.weight());
      json.put("cache", settings);
    }
    return json;
  }

  private String by() {
    return dynamic == null ? "cache" : cache == null ? "dynamic" : "dynamic and cache";
  }

  private CachingReader.@Nullable Options caching() {
    return cache == null
        ? null
        : new CachingReader.Options(
            cache, OptionCheck.or(flatness, 12.0), OptionCheck.or(weight, 0.25));
  }

  private DynamicReader.@Nullable Options learning() {
    return dynamic == null
        ? null
        : new DynamicReader.Options(
            OptionCheck.or(steps, 20),
            OptionCheck.or(rate, isScaled(dynamic) ? 0.0001 : 0.1),
            OptionCheck.or(decay, 0.001));
  }

  private boolean isScaled(String kind) {
    return new OptionCheck(command).choose("--dynamic", kind, "scaled", "plain");
  }

  /**
   * A reader that adapts as the options say.
   *
   * @throws IOException when gradients cannot be measured, because the text of the run is not there
   *     as it was
   * @throws IllegalArgumentException when the cache is too large
   */
  TextReader reader(LanguageModel model, RunDirectory run, ThreadTeam team, PrintWriter err)
      throws IOException {
    DynamicReader.Options learning = learning();
    TextReader reader =
        learning == null
            ? new PlainReader(model, team)
            : new DynamicReader(
                model,
                learning,
                dynamic != null && isScaled(dynamic)
                    ? scale(model, learning.steps(), run, team, err)
                    : null,
                team);
    CachingReader.Options caching = caching();
    return caching == null ? reader : new CachingReader(reader, caching, team);
  }

  private static GradientScale scale(
      LanguageModel model, int steps, RunDirectory run, ThreadTeam team, PrintWriter err)
      throws IOException {
    try (EncodedCorpora texts =
        EncodedCorpora.corpusAlone(run, new EncodedCorpus.Way(EncodedCorpus.Use.AUTO, err))) {
      TokenSource tokens = texts.trainedOn(run.config());
      int rows = Math.clamp((tokens.size() - 1) / steps, 1, SCALE_ROWS);
      long batches = Math.min(SCALE_BATCHES, (tokens.size() - 1) / ((long) rows * steps));
      try (TaskProgress progress =
          TaskProgress.onStandardError("Measuring gradients", Math.max(1, batches))) {
        return GradientScale.measure(
            model, tokens, steps, rows, SCALE_BATCHES, team, done -> progress.at(done, ""));
      }
    }
  }
}
