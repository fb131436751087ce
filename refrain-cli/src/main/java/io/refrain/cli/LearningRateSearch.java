package io.refrain.cli;

import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.train.LearningRateFinder;
import io.refrain.train.LearningRateFinder.Point;
import io.refrain.train.LearningRateFinder.Result;
import io.refrain.train.RunConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A search for a learning rate as the user sees it: what is suggested, by which rule, and its
 * curve. It makes no run.
 *
 * @param config what would be trained
 * @param tokens to train on
 * @param folder where the pictures go; made where it is missing
 * @param picture their name, without its suffix
 */
record LearningRateSearch(RunConfig config, TokenSource tokens, Path folder, String picture) {

  /** Searches, draws and tells. */
  void run(ThreadTeam team, boolean json, PrintWriter out, PrintWriter err) throws IOException {
    Result result;
    try (TaskProgress progress =
        TaskProgress.onStandardError("learning rates", LearningRateFinder.UPDATES)) {
      result =
          LearningRateFinder.find(
              config,
              tokens,
              team,
              (count, point) -> progress.at(count, "loss " + Figures.loss(point.smoothedLoss())));
    }
    Optional<String> problem =
        Drawing.attempt(
            "curve of learning rates",
            () -> {
              Files.createDirectories(folder); // a sweep is not lost to a folder that cannot be
              new LearningRateChart(TrainCommand.nameOf(config.corpus()), result)
                  .write(folder, picture);
            });
    problem.ifPresent(err::println);
    if (json) {
      tellPrograms(result, problem.isEmpty(), out);
    } else {
      tellPeople(result, problem.isEmpty(), out);
    }
    err.flush();
  }

  private void tellPeople(Result result, boolean drawn, PrintWriter out) {
    if (result.suggestion().isEmpty()) {
      out.printf("no learning rate can be suggested: %s%n", reason(result));
      tellPicture(drawn, out);
      return;
    }
    String rate = Figures.learningRate(result.suggestion().getAsDouble());
    out.printf("suggested learning rate: %s%n", rate);
    out.printf(
        "  a tenth of %s, where the smoothed loss is smallest (%s), %s%n",
        Figures.learningRate(result.lowest().learningRate()),
        Figures.loss(result.lowest().smoothedLoss()),
        result.diverged()
            ? "before training falls apart at "
                + Figures.learningRate(result.points().getLast().learningRate())
            : "of rates up to " + Figures.number(LearningRateFinder.HIGHEST));
    tellPicture(drawn, out);
    out.printf("Train with the same options and --learning-rate %s%n", rate);
    out.flush();
  }

  private void tellPicture(boolean drawn, PrintWriter out) {
    if (drawn) {
      out.printf("  the curve is in %s%n", folder.resolve(picture + ".png"));
    }
    out.flush();
  }

  /** Why there is no suggestion, and what to do. */
  private static String reason(Result result) {
    return result.neverFell()
        ? "the smoothed loss never falls below its first, %s: try another optimizer or its defaults"
            .formatted(Figures.loss(result.lowest().smoothedLoss()))
        : "the smoothed loss still falls at the highest rate tried, %s: updates are very small, so"
                .formatted(Figures.number(LearningRateFinder.HIGHEST))
            + " raise --clip, or choose a rate yourself";
  }

  private void tellPrograms(Result result, boolean drawn, PrintWriter out) {
    for (Point point : result.points()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("event", "rate");
      line.put("learning_rate", point.learningRate());
      line.put("loss", point.loss());
      line.put("smoothed_loss", point.smoothedLoss());
      Output.line(out, line);
    }
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("event", "suggestion");
    OptionalDouble suggestion = result.suggestion();
    line.put("learning_rate", suggestion.isPresent() ? suggestion.getAsDouble() : null);
    if (suggestion.isEmpty()) {
      line.put("why_not", reason(result));
    }
    line.put("rule", "a tenth of the rate where the smoothed loss is smallest");
    line.put("lowest_learning_rate", result.lowest().learningRate());
    line.put("lowest_smoothed_loss", result.lowest().smoothedLoss());
    line.put("diverged", result.diverged());
    line.put("picture", drawn ? folder.resolve(picture + ".png").toString() : null);
    Output.line(out, line);
  }
}
