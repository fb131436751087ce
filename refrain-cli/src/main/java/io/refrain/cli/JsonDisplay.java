package io.refrain.cli;

import io.refrain.model.LanguageModel;
import io.refrain.store.Json;
import io.refrain.train.Finding;
import io.refrain.train.Progress;
import io.refrain.train.Trainer;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line for each validation and each warning, and one at the end; {@code event}
 * tells them apart. Losses are in nats a token, the one of training with a sampled softmax that
 * among its samples; what is not known is null.
 */
final class JsonDisplay implements TrainingDisplay {
  private final Pace pace;
  private final Warnings warnings;
  private final PrintStream out;

  /** Starts with the training. */
  JsonDisplay(Pace pace, Warnings warnings, PrintStream out) {
    this.pace = pace;
    this.warnings = warnings;
    this.out = out;
  }

  @Override
  public void updated(Progress progress, Update update) {
    pace.updated(progress, update.batchesInEpoch(), update.loss());
  }

  @Override
  public void found(Progress progress, Finding finding) {
    Map<String, @Nullable Object> object = begin("warning", progress);
    object.put("kind", finding.kind().label());
    object.put("layer", finding.layer());
    object.put("figure", finding.figure());
    object.put("message", warnings.line(finding));
    print(object);
  }

  @Override
  public void evaluated(
      Progress progress, LanguageModel.Evaluation evaluation, boolean better, LanguageModel model) {
    Map<String, @Nullable Object> object = begin("evaluation", progress);
    object.put("validation_loss", evaluation.nats());
    object.put("validation_perplexity", evaluation.perplexity());
    object.put("best", better);
    print(object);
  }

  @Override
  public void finished(Trainer.End end, Progress progress) {
    Map<String, @Nullable Object> object = begin("summary", progress);
    object.put("end", end.name().toLowerCase(Locale.ROOT));
    object.put("best_validation_loss", progress.best());
    object.put("best_validation_perplexity", Math.exp(progress.best()));
    object.put("best_update", Double.isFinite(progress.best()) ? progress.bestUpdate() : null);
    print(object);
  }

  private Map<String, @Nullable Object> begin(String event, Progress progress) {
    Pace.Reading reading = pace.read();
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("event", event);
    object.put("update", progress.update());
    object.put("epoch", progress.epochOfUpdate());
    object.put("seconds", Math.round(progress.seconds() * 1000) / 1000.0);
    object.put("train_loss", reading == null ? null : reading.loss());
    object.put("tokens_per_second", reading == null ? null : reading.tokensPerSecond());
    return object;
  }

  private void print(Map<String, @Nullable Object> object) {
    out.println(Json.line(object));
    // A program that reads along waits for whole lines.
    out.flush();
  }

  @Override
  public void close() {
    out.flush();
  }
}
