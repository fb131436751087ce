package io.refrain.cli;

import io.refrain.model.LanguageModel;
import io.refrain.train.Progress;
import io.refrain.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Says in words how validations went, and lets the model write something when it got better. */
final class Bulletin {
  private static final double SAMPLE_SECONDS = 20;
  private static final int MOST_SAMPLE_LINES = 4;
  private static final String SAMPLE_MARGIN = "  | ";

  private final Function<LanguageModel, String> sampler;
  private final double leastSeconds;
  private double lastNews = Double.NEGATIVE_INFINITY;
  private double lastSample = Double.NEGATIVE_INFINITY;

  /**
   * Creates it before training.
   *
   * @param sampler lets a model write a short text
   * @param leastSeconds between two validations that are told of; a small corpus has hundreds of
   *     epochs a minute, each with its validation
   */
  Bulletin(Function<LanguageModel, String> sampler, double leastSeconds) {
    this.sampler = sampler;
    this.leastSeconds = leastSeconds;
  }

  /**
   * Puts a validation in words.
   *
   * @param seconds since training began
   * @param columns the width of the sample's lines
   * @return lines to show, perhaps none
   */
  List<String> evaluated(
      double seconds,
      Progress progress,
      LanguageModel.Evaluation evaluation,
      boolean better,
      LanguageModel model,
      int columns) {
    boolean sampleIsDue = better && seconds - lastSample >= SAMPLE_SECONDS;
    if (!sampleIsDue && seconds - lastNews < leastSeconds) {
      return List.of();
    }
    lastNews = seconds;
    List<String> lines = new ArrayList<>();
    lines.add(sentence(progress, evaluation, better));
    if (sampleIsDue) {
      lastSample = seconds;
      PlainText.of(sampler.apply(model)).wrapped(columns - SAMPLE_MARGIN.length()).stream()
          .limit(MOST_SAMPLE_LINES)
          .map(line -> SAMPLE_MARGIN + line)
          .forEach(lines::add);
    }
    return lines;
  }

  private static String sentence(
      Progress progress, LanguageModel.Evaluation evaluation, boolean better) {
    return "epoch %d, update %s: validation loss %s, perplexity %s (%s)"
        .formatted(
            progress.epochOfUpdate(),
            Figures.count(progress.update()),
            Figures.loss(evaluation.nats()),
            Figures.perplexity(evaluation.nats()),
            better ? "best so far" : "best " + Figures.perplexity(progress.best()));
  }

  /** Sums training up. */
  static String summary(Trainer.End end, Progress progress) {
    String why =
        switch (end) {
          case EPOCHS -> "all epochs are done";
          case UPDATES -> "all updates are done";
          case TIME -> "the time is up";
          case PATIENCE -> "validation gets no better";
          case STOPPED -> "stopped";
        };
    String best =
        Double.isFinite(progress.best())
            ? ", best perplexity %s (update %s)"
                .formatted(
                    Figures.perplexity(progress.best()), Figures.count(progress.bestUpdate()))
            : "";
    return "%s: %s updates in %s%s"
        .formatted(
            why, Figures.count(progress.update()), Figures.duration(progress.seconds()), best);
  }
}
