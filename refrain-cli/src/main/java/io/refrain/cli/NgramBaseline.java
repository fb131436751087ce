package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.evaluate.Score;
import io.refrain.ngram.Baseline;
import io.refrain.ngram.KneserNey;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import io.refrain.train.Trainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What counting n-grams comes to, beside the figure of a network. */
final class NgramBaseline {
  /** Counting may have this share of the memory that is left. */
  private static final int SHARE = 2;

  private NgramBaseline() {}

  /** Counts a text, with progress where that takes a while. */
  private static KneserNey count(TokenSource train, int vocabulary) {
    Runtime runtime = Runtime.getRuntime();
    long left = runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    long bytes = Math.max(1 << 20, left / SHARE);
    try (TaskProgress progress =
        TaskProgress.onStandardError("Counting n-grams", Baseline.work(train.size()))) {
      return Baseline.model(train, vocabulary, bytes, done -> progress.at(done, ""));
    }
  }

  /** What counting predicts of a text that may be larger than memory. */
  private static Baseline of(KneserNey model, EvaluatedText text) throws IOException {
    KneserNey.Walk walk = model.walk();
    double[] sum = {0};
    boolean[] begun = {false};
    text.forEach((tokens, characters) -> {
      for (int token : tokens) {
        sum[0] += begun[0] ? Math.log(walk.probability(token)) : 0;
        walk.read(token);
        begun[0] = true;
      }
    });
    return new Baseline(model.order(), model.counted(), sum[0], text.size() - 1);
  }

  /** What counting what a run was trained on predicts of another text. */
  static Baseline of(RunDirectory run, EvaluatedText text, PrintWriter err) throws IOException {
    RunConfig config = run.config();
    EncodedCorpus.Way way = new EncodedCorpus.Way(EncodedCorpus.Use.AUTO, err);
    try (EncodedCorpora texts = EncodedCorpora.again(run, way)) {
      return of(count(texts.split(config).train(), config.model().vocabulary()), text);
    }
  }

  /** What counting what is trained on predicts of what is validated with. */
  static Baseline of(Split split, int vocabulary) {
    // longer texts are cut where networks are validated, too
    TokenSource test =
        split.validation().part(0, Math.min(Trainer.VALIDATION_TOKENS, split.validation().size()));
    return Baseline.of(count(split.train(), vocabulary), test);
  }

  /** In a line. */
  static String line(Baseline baseline) {
    return "counting n-grams of up to %d tokens (Kneser-Ney) gives perplexity %s"
        .formatted(baseline.order(), Figures.perplexity(baseline.natsPerToken()));
  }

  /**
   * The same as a score.
   *
   * @param network what a network made of the same tokens, which stand for the same characters
   */
  static Score score(Baseline baseline, Score network) {
    return new Score(baseline.logProbability(), baseline.tokens(), network.characters());
  }

  /** For programs. */
  static Map<String, Object> event(Baseline baseline) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("event", "baseline");
    event.putAll(baseline.toJson());
    event.put("perplexity", baseline.perplexity());
    return event;
  }

  /** What to think of a network's figure beside it; nothing where the network is better. */
  static Optional<String> verdict(Baseline baseline, double natsPerToken) {
    return natsPerToken < baseline.natsPerToken()
        ? Optional.empty()
        : Optional.of(
            "So the network does not earn its keep yet: train it longer, or make it larger.");
  }
}
