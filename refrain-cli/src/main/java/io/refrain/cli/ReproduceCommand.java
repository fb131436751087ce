package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.generate.Score;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.model.LanguageModel;
import io.refrain.train.Progress;
import io.refrain.train.RunConfig;
import io.refrain.train.Trainer;
import io.refrain.train.TrainingListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains what others have published figures for, and compares. */
@Command(
    name = "reproduce",
    mixinStandardHelpOptions = true,
    description = {
      "Train by a recipe that has a published figure, and compare.",
      "Without a name, all of them."
    },
    footer = {
      "",
      "Names:",
      "  notebook   the lecture's 1,000 epochs: training loss, in nats a character",
      "  d2l-rnn, d2l-gru, d2l-lstm, d2l-lstm2",
      "             the book's 500 epochs: perplexity on the text it was trained on",
      "",
      "Example:",
      "  refrain reproduce notebook --json"
    })
final class ReproduceCommand implements Callable<Integer> {
  /** Characters after those that were trained on, to see what was learned and not by heart. */
  private static final int HELD_OUT = 10_000;

  @Spec private CommandSpec spec;
  @Mixin private Output output;
  @Mixin private Threads threads;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which one.")
  private @Nullable String name;

  /** What a figure is of: the text that was trained on, over the last epoch. */
  enum Metric {
    /** In nats a token. */
    LOSS("training loss at the last epoch"),
    /** Its exponential. */
    PERPLEXITY("training perplexity at the last epoch");

    private final String label;

    Metric(String label) {
      this.label = label;
    }

    /** {@return the figure for a mean loss in nats a token} */
    double of(double nats) {
      return this == PERPLEXITY ? Math.exp(nats) : nats;
    }
  }

  /** A published figure: what is measured, and what it must not exceed. */
  private enum Figure {
    NOTEBOOK("notebook", Metric.LOSS, 0.95),
    D2L_RNN("d2l-rnn", Metric.PERPLEXITY, 1.3),
    D2L_GRU("d2l-gru", Metric.PERPLEXITY, 1.1),
    D2L_LSTM("d2l-lstm", Metric.PERPLEXITY, 1.1),
    D2L_LSTM2("d2l-lstm2", Metric.PERPLEXITY, 1.05);

    private final String recipe;
    private final Metric metric;
    private final double target;

    Figure(String recipe, Metric metric, double target) {
      this.recipe = recipe;
      this.metric = metric;
      this.target = target;
    }

    static String names() {
      return Arrays.stream(values()).map(figure -> figure.recipe).collect(Collectors.joining(", "));
    }
  }

  @Override
  public Integer call() throws IOException {
    List<Figure> chosen =
        Arrays.stream(Figure.values())
            .filter(figure -> name == null || figure.recipe.equals(name))
            .toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no figure \"%s\" to reproduce; known are %s".formatted(name, Figure.names()));
    }
    boolean allMet = true;
    for (Figure figure : chosen) {
      allMet &= reproduce(figure);
    }
    return allMet ? 0 : 1;
  }

  /** A trained model and its mean loss over the last epoch, in nats a token. */
  record Trained(FrozenLanguageModel model, double loss) {}

  private boolean reproduce(Figure figure) throws IOException {
    TrainCommand.Job job = TrainCommand.job(figure.recipe, List.of());
    long start = System.nanoTime();
    Trained trained;
    try (ThreadTeam team = new ThreadTeam(threads.count());
        TaskProgress progress =
            TaskProgress.onStandardError(
                figure.recipe, job.config().training().limits().epochs())) {
      trained = train(job, team, progress);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double value = figure.metric.of(trained.loss());
    int first = job.config().maximumTokens();
    int[] heldOut = job.texts().corpus().tokens().part(first, first + HELD_OUT).toArray();
    int[] characters = new int[HELD_OUT];
    Arrays.fill(characters, 1); // all recipes with a figure read characters
    Score score = Score.of(trained.model(), heldOut, characters, (token, probability) -> {});
    report(figure, value, seconds, score.perplexity());
    return value <= figure.target;
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
    return new Trained(trainer.withAverages(LanguageModel::freeze), lastLoss[0]);
  }

  private void report(Figure figure, double value, double seconds, double heldOutPerplexity) {
    PrintWriter out = spec.commandLine().getOut();
    boolean met = value <= figure.target;
    if (output.json) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("name", figure.recipe);
      json.put("metric", figure.metric.label);
      json.put("value", value);
      json.put("target", figure.target);
      json.put("met", met);
      json.put("seconds", seconds);
      json.put("held_out_perplexity", heldOutPerplexity);
      Output.line(out, json);
      return;
    }
    out.printf(
        "%s: %s %.4f, to reach at most %.2f: %s, in %.1f s%n",
        figure.recipe, figure.metric.label, value, figure.target, met ? "met" : "NOT met", seconds);
    out.printf(
        "  perplexity on the %,d characters after those: %.2f%n", HELD_OUT, heldOutPerplexity);
    out.flush();
  }
}
