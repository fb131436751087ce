package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.evaluate.PlainReader;
import io.refrain.evaluate.Score;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.train.Progress;
import io.refrain.train.RunConfig;
import io.refrain.train.Trainer;
import io.refrain.train.TrainingListener;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A figure of the text that was trained on, over the last epoch. Such a training is short and
 * leaves no run.
 *
 * @param metric loss or perplexity
 * @param most what it must not exceed
 */
record ByHeart(Metric metric, double most) implements Trial {
  /** Characters after those that were trained on, to see what was learned and not by heart. */
  private static final int HELD_OUT = 10_000;

  /** A trained model and its mean loss over the last epoch, in nats a token. */
  record Trained(LanguageModel model, double loss) {}

  @Override
  public List<Target> targets() {
    return List.of(new Target("training %s at the last epoch".formatted(metric.label()), most));
  }

  @Override
  public boolean judgesRuns() {
    return false;
  }

  @Override
  public Optional<Outcome> attempt(String recipe, Means means) throws IOException {
    try (TrainCommand.Job job = TrainCommand.job(recipe, means.free(recipe), List.of())) {
      int epochs = job.config().training().limits().epochs();
      try (ThreadTeam team = new ThreadTeam(means.threads());
          TaskProgress progress = TaskProgress.onStandardError(recipe, epochs)) {
        long start = System.nanoTime();
        Trained trained = train(job, team, progress);
        double seconds = (System.nanoTime() - start) / 1e9;
        double value = metric == Metric.PERPLEXITY ? Math.exp(trained.loss()) : trained.loss();
        return Optional.of(
            new Outcome(
                List.of(new Reached(targets().getFirst(), value)),
                seconds,
                Double.POSITIVE_INFINITY,
                List.of(beside(heldOut(job, trained.model(), team).perplexity()))));
      }
    }
  }

  private static Beside beside(double perplexity) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("characters", HELD_OUT);
    fields.put("perplexity", perplexity);
    return new Beside(
        "perplexity on the %,d characters after those".formatted(HELD_OUT),
        perplexity,
        "held_out",
        fields);
  }

  private static Score heldOut(TrainCommand.Job job, LanguageModel model, ThreadTeam team) {
    long first = job.config().maximumTokens();
    int[] tokens = job.texts().corpus().tokens().part(first, first + HELD_OUT).toArray();
    int[] characters = new int[HELD_OUT];
    Arrays.fill(characters, 1); // all recipes of this kind read characters
    return Score.of(new PlainReader(model, team), tokens, characters, (token, probability) -> {});
  }

  /** Trains on the first tokens, all of them, without a run directory. */
  static Trained train(TrainCommand.Job job, ThreadTeam team, TaskProgress display)
      throws IOException {
    RunConfig config = job.config();
    Split split = job.split();
    LanguageModel model =
        new LanguageModel(config.model(), new SplittableRandom(config.training().seed()));
    double[] lastLoss = {Double.NaN};
    Trainer trainer = new Trainer(config.training(), model, split, team);
    trainer.run(
        new TrainingListener() {
          @Override
          public void epochEnded(Progress progress) {
            lastLoss[0] = progress.meanLoss();
            display.at(progress.epoch() + 1L, "loss " + Figures.loss(progress.meanLoss()));
          }
        });
    return new Trained(trainer.withAverages(LanguageModel::copy), lastLoss[0]);
  }
}
