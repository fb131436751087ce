package io.refrain.cli;

import io.refrain.evaluate.PlainReader;
import io.refrain.evaluate.Score;
import io.refrain.kernel.ThreadTeam;
import io.refrain.ngram.Baseline;
import io.refrain.ngram.KneserNey;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A figure of a text that was not trained on. Such a training is long, and a run as any other: it
 * can be stopped, resumed, and judged when it is done.
 *
 * @param test the name of a known text; null for what the run is validated with
 * @param metric of that text
 * @param most what it must not exceed
 */
record Unseen(@Nullable String test, Metric metric, double most) implements Trial {

  @Override
  public List<Target> targets() {
    String text = test == null ? "the validation part" : test;
    return List.of(new Target("%s on %s".formatted(metric.label(), text), most));
  }

  @Override
  public boolean judgesRuns() {
    return true;
  }

  @Override
  public Optional<Outcome> attempt(String recipe, Means means) throws IOException {
    if (means.run() != null) {
      RunDirectory directory = Runs.open(means.run());
      requireRecipe(recipe, means, directory);
      return Optional.of(judge(directory, directory.progress().seconds(), means));
    }
    RunDirectory directory = means.free(recipe);
    long start = System.nanoTime();
    try (TrainCommand.Job job = TrainCommand.job(recipe, directory, List.of());
        ThreadTeam team = new ThreadTeam(means.threads())) {
      Training training = new Training(directory, job.config(), job.texts(), team, false);
      if (training.run(false, false, means.err(), means.err()) != 0) {
        String path = directory.path().toString();
        means.err().println("Stopped. Go on with, and then judge by:");
        means.err().println("  " + Invocation.of("train", "--out", path, "--resume"));
        means.err().println("  " + Invocation.of("reproduce", recipe, "--run", path));
        return Optional.empty();
      }
    }
    return Optional.of(judge(directory, (System.nanoTime() - start) / 1e9, means));
  }

  /** Whatever else a run was trained by says nothing about the recipe. */
  private static void requireRecipe(String recipe, Means means, RunDirectory directory)
      throws IOException {
    try (TrainCommand.Job job = TrainCommand.job(recipe, means.free(recipe), List.of())) {
      if (!job.config().equals(directory.config())) {
        throw new IllegalArgumentException(
            "%s was not trained by the recipe %s: `refrain reproduce %s` trains one that is"
                .formatted(directory.path(), recipe, recipe));
      }
    }
  }

  private Outcome judge(RunDirectory directory, double seconds, Means means) throws IOException {
    Tokenizer tokenizer = directory.tokenizer();
    EvaluatedText text =
        test == null
            ? EvaluatedText.heldOut(directory.config(), directory.path(), tokenizer)
            : EvaluatedText.of(Texts.find(test), tokenizer);
    Score score;
    try (ThreadTeam team = new ThreadTeam(means.threads())) {
      score = TextScore.of(text, new PlainReader(directory.model(), team), "Reading").score();
    }
    RunConfig config = directory.config();
    Map<String, Double> beside;
    EncodedCorpus.Way way = new EncodedCorpus.Way(EncodedCorpus.Use.AUTO, means.err());
    try (EncodedCorpora texts = EncodedCorpora.again(directory, way)) {
      KneserNey counts =
          NgramBaseline.count(texts.split(config).train(), config.model().vocabulary());
      Baseline counted = NgramBaseline.of(counts, text);
      beside =
          Map.of(
              "%s of n-grams of up to %d tokens".formatted(metric.label(), counted.order()),
              value(new Score(counted.logProbability(), counted.tokens(), score.characters())));
    }
    double mostSeconds = directory.config().training().limits().minutes() * 60;
    Reached reached = new Reached(targets().getFirst(), value(score));
    return new Outcome(List.of(reached), seconds, mostSeconds, beside);
  }

  private double value(Score score) {
    return switch (metric) {
      case LOSS -> score.natsPerToken();
      case PERPLEXITY -> score.perplexity();
      case BITS_PER_CHARACTER -> score.bitsPerCharacter();
    };
  }
}
