package io.refrain.cli;

import io.refrain.evaluate.CachingReader;
import io.refrain.evaluate.PlainReader;
import io.refrain.evaluate.Score;
import io.refrain.evaluate.TextReader;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.util.ArrayList;
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
 * @param minutes that the training may take on two cores
 * @param cached the same with a cache; null for none
 */
record Unseen(
    @Nullable String test, Metric metric, double most, int minutes, @Nullable Cached cached)
    implements Trial {

  /**
   * What a continuous cache is to make of it.
   *
   * @param options chosen on the text that the run is validated with
   * @param most what the figure must not exceed then
   */
  record Cached(CachingReader.Options options, double most) {}

  Unseen(@Nullable String test, Metric metric, double most, int minutes) {
    this(test, metric, most, minutes, null);
  }

  @Override
  public List<Target> targets() {
    String text = test == null ? "the validation part" : test;
    String what = "%s on %s".formatted(metric.label(), text);
    Target plain = new Target(what, most);
    return cached == null
        ? List.of(plain)
        : List.of(
            plain,
            new Target(
                what + ", with a cache of %,d tokens".formatted(cached.options().size()),
                cached.most()));
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
      return Optional.of(judge(directory, means));
    }
    RunDirectory directory = means.free(recipe);
    try (TrainCommand.Job job = TrainCommand.job(recipe, directory, List.of());
        ThreadTeam team = new ThreadTeam(means.threads())) {
      Training training = new Training(directory, job.config(), job.texts(), team, false);
      String path = directory.path().toString();
      means
          .err()
          .printf(
              "Stopped, it goes on with %s, and is judged with %s.%n",
              Invocation.of("train", "--out", path, "--resume"),
              Invocation.of("reproduce", recipe, "--run", path));
      if (training.run(false, false, means.err(), means.err()) != 0) {
        return Optional.empty();
      }
    }
    return Optional.of(judge(directory, means));
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

  /** By what the run knows, so that it is the same whenever it is judged. */
  private Outcome judge(RunDirectory directory, Means means) throws IOException {
    Tokenizer tokenizer = directory.tokenizer();
    EvaluatedText text =
        test == null
            ? EvaluatedText.heldOut(directory.config(), directory.path(), tokenizer)
            : EvaluatedText.of(Texts.find(test), tokenizer);
    List<Score> scores = scores(directory.model(), text, means.threads());
    List<Reached> reached = new ArrayList<>();
    for (Target target : targets()) {
      reached.add(new Reached(target, value(scores.get(reached.size()))));
    }
    List<Beside> beside =
        NgramBaseline.of(directory, text, means.err()).stream()
            .map(counted -> beside(counted, value(counted.score(scores.getFirst()))))
            .toList();
    return new Outcome(reached, directory.seconds(), minutes * 60.0, beside);
  }

  private Beside beside(NgramBaseline counted, double value) {
    Map<String, Object> fields = counted.toJson();
    fields.put("value", value);
    return new Beside(
        "%s of n-grams %s".formatted(metric.label(), counted.extent()), value, "ngrams", fields);
  }

  /** One for each target. */
  private List<Score> scores(LanguageModel model, EvaluatedText text, int threads)
      throws IOException {
    try (ThreadTeam team = new ThreadTeam(threads)) {
      Score plain = TextScore.of(text, new PlainReader(model, team), "Reading").score();
      if (cached == null) {
        return List.of(plain);
      }
      TextReader reader = new CachingReader(new PlainReader(model, team), cached.options(), team);
      return List.of(plain, TextScore.of(text, reader, "Reading with a cache").score());
    }
  }

  private double value(Score score) {
    return switch (metric) {
      case LOSS -> score.natsPerToken();
      case PERPLEXITY -> score.perplexity();
      case BITS_PER_CHARACTER -> score.bitsPerCharacter();
    };
  }
}
