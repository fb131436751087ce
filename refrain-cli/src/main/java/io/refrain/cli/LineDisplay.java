package io.refrain.cli;

import io.refrain.model.LanguageModel;
import io.refrain.train.Finding;
import io.refrain.train.Progress;
import io.refrain.train.Trainer;
import io.refrain.train.TrainingConfig;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Function;

/** A plain line after two seconds and then about every ten, for logs. */
final class LineDisplay implements TrainingDisplay {
  private static final double FIRST_LINE_SECONDS = 2;
  private static final double LINE_SECONDS = 10;

  private final TrainingConfig config;
  private final TrainingLoss loss;
  private final Pace pace;
  private final Warnings warnings;
  private final Bulletin bulletin;
  private final PrintStream out;
  private double nextLine = Double.NaN;

  /** Starts with the training. */
  LineDisplay(
      TrainingConfig config,
      TrainingLoss loss,
      Pace pace,
      Warnings warnings,
      Function<LanguageModel, String> sampler,
      PrintStream out) {
    this.config = config;
    this.loss = loss;
    this.pace = pace;
    this.warnings = warnings;
    this.out = out;
    bulletin = new Bulletin(sampler, LINE_SECONDS);
  }

  @Override
  public void updated(Progress progress, Update update) {
    pace.updated(progress, update.batchesInEpoch(), update.loss());
    // The trainer's own sum of seconds, which is there already, spares a look at the clock.
    if (progress.seconds() >= nextLine) {
      Pace.Reading reading = pace.read();
      if (reading != null) {
        out.println(line(reading));
      }
      nextLine = progress.seconds() + LINE_SECONDS;
    } else if (Double.isNaN(nextLine)) {
      nextLine = progress.seconds() + FIRST_LINE_SECONDS;
    }
  }

  private String line(Pace.Reading reading) {
    Progress progress = reading.progress();
    String left =
        Double.isNaN(reading.secondsLeft())
            ? ""
            : ", %s left".formatted(Figures.duration(reading.secondsLeft()));
    int epochs = config.limits().epochs();
    return "epoch %d%s, update %s, %d%%: training %s, %s tokens/s%s"
        .formatted(
            progress.epochOfUpdate(),
            epochs == Integer.MAX_VALUE ? "" : "/" + epochs,
            Figures.count(progress.update()),
            (int) (100 * reading.fraction()),
            loss.words(reading.loss(), "perplexity", ", "),
            Figures.rate(reading.tokensPerSecond()),
            left);
  }

  @Override
  public void found(Progress progress, Finding finding) {
    out.println(warnings.line(finding));
  }

  @Override
  public void evaluated(
      Progress progress, LanguageModel.Evaluation evaluation, boolean better, LanguageModel model) {
    List<String> lines =
        bulletin.evaluated(pace.elapsed(), progress, evaluation, better, model, Integer.MAX_VALUE);
    lines.forEach(out::println);
  }

  @Override
  public void finished(Trainer.End end, Progress progress) {
    out.println(Bulletin.summary(end, progress));
  }

  @Override
  public void close() {
    out.flush();
  }
}
