package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.evaluate.Score;
import io.refrain.ngram.Baseline;
import io.refrain.ngram.KneserNey;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What counting n-grams comes to, beside the figure of a network.
 *
 * @param baseline what it predicts
 * @param training how many tokens the network was trained on; where memory is short, only the last
 *     of them were counted
 */
record NgramBaseline(Baseline baseline, long training) {
  /**
   * Counting may have this share of all memory. Of what is free just now, the figures would depend
   * on how much garbage lies about.
   */
  private static final int SHARE = 4;

  private static final long LEAST_MEMORY = 1 << 20;

  /** How many bytes counting may take: the same in every process with the same maximal heap. */
  static long memory() {
    return Math.max(LEAST_MEMORY, Runtime.getRuntime().maxMemory() / SHARE);
  }

  /** Counts a text, with progress where that takes a while. */
  private static KneserNey count(TokenSource train, int vocabulary, long bytes) {
    try (TaskProgress progress =
        TaskProgress.onStandardError("Counting n-grams", Baseline.work(train.size()))) {
      return Baseline.model(train, vocabulary, bytes, done -> progress.at(done, ""));
    }
  }

  /** What counting predicts of a text that may be larger than memory. */
  static Baseline predicting(EvaluatedText text, KneserNey model) throws IOException {
    KneserNey.Walk walk = model.walk();
    double[] sum = {0};
    boolean[] begun = {false};
    text.forEachTokens(tokens -> {
      for (int token : tokens) {
        sum[0] += begun[0] ? Math.log(walk.probability(token)) : 0;
        walk.read(token);
        begun[0] = true;
      }
    });
    return new Baseline(model.order(), model.counted(), sum[0], text.size() - 1);
  }

  /**
   * What counting what a run was trained on predicts of another text; nothing, and a line that says
   * why, where the text of the run cannot be read as it was.
   */
  static Optional<NgramBaseline> of(RunDirectory run, EvaluatedText text, PrintWriter err)
      throws IOException {
    RunConfig config = run.config();
    EncodedCorpus.Way way = new EncodedCorpus.Way(EncodedCorpus.Use.AUTO, err);
    KneserNey model;
    long training;
    try (EncodedCorpora texts = EncodedCorpora.corpusAlone(run, way)) {
      TokenSource train = texts.trainedOn(config);
      training = train.size();
      model = count(train, config.model().vocabulary(), memory());
    } catch (IOException e) { // the model's figure stands without it
      err.printf("No n-grams to compare with: %s%n", FailureMessage.of(e));
      return Optional.empty();
    }
    return Optional.of(new NgramBaseline(predicting(text, model), training));
  }

  /** What counting what is trained on predicts of what is validated with. */
  static NgramBaseline of(Split split, int vocabulary) {
    return of(split, vocabulary, memory());
  }

  static NgramBaseline of(Split split, int vocabulary, long bytes) {
    KneserNey model = count(split.train(), vocabulary, bytes);
    return new NgramBaseline(Baseline.of(model, split.validation()), split.train().size());
  }

  private boolean countsAll() {
    return baseline.counted() >= training;
  }

  /** What was counted, to stand behind the word n-grams. */
  String extent() {
    return extent(
        baseline,
        countsAll()
            ? Figures.count(training)
            : "the last %s of %s"
                .formatted(Figures.count(baseline.counted()), Figures.count(training)));
  }

  private static String extent(Baseline baseline, String tokens) {
    return "of up to %d tokens (Kneser-Ney), counted in %s tokens"
        .formatted(baseline.order(), tokens);
  }

  /** In a line. */
  String line() {
    return "n-grams %s, give perplexity %s"
        .formatted(extent(), Figures.perplexity(baseline.natsPerToken()));
  }

  /** What a run's folder tells of it, to stand behind the word n-grams. */
  static String line(Baseline baseline) {
    return "%s, give perplexity %s"
        .formatted(
            extent(baseline, Figures.count(baseline.counted())),
            Figures.perplexity(baseline.natsPerToken()));
  }

  /**
   * The same as a score.
   *
   * @param network what a network made of the same tokens, which stand for the same characters
   */
  Score score(Score network) {
    return new Score(baseline.logProbability(), baseline.tokens(), network.characters());
  }

  /** For programs: what was counted. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("order", baseline.order());
    json.put("counted_tokens", baseline.counted());
    json.put("training_tokens", training);
    return json;
  }

  /** For programs that follow a training. */
  Map<String, Object> event() {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("event", "baseline");
    event.putAll(baseline.toJson());
    event.put("training_tokens", training);
    event.put("perplexity", baseline.perplexity());
    return event;
  }

  /**
   * What to think of a network's figure beside it; nothing where the network is better than n-grams
   * of all that it was trained on.
   */
  Optional<String> verdict(double natsPerToken) {
    if (natsPerToken >= baseline.natsPerToken()) {
      return Optional.of(
          "So the network does not earn its keep yet: train it longer, or make it larger.");
    }
    return countsAll()
        ? Optional.empty()
        : Optional.of(
            "N-grams of all tokens may predict better than these, and need more memory:"
                + " REFRAIN_JAVA_OPTIONS=-Xmx16g.");
  }
}
