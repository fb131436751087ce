package io.refrain.cli;

import io.refrain.model.LanguageModel;
import io.refrain.train.Progress;
import io.refrain.train.RunConfig;
import io.refrain.train.Trainer;
import io.refrain.train.TrainingConfig;
import io.refrain.train.TrainingListener;
import java.io.PrintStream;
import java.util.Optional;
import java.util.function.Function;

/**
 * Shows people or programs how training goes. It costs no more than a few memory writes an update.
 *
 * <p>Close it whatever happens, so that messages that follow begin on a line of their own.
 */
sealed interface TrainingDisplay extends TrainingListener, AutoCloseable
    permits BarDisplay, LineDisplay, JsonDisplay {

  /**
   * For people: a bar where standard error is a terminal, otherwise a line now and then.
   *
   * @param run the training, which begins now
   * @param secondsUsed of the limit in minutes, before
   * @param sampler lets a model write a short text; where it returns a blank none is shown
   */
  static TrainingDisplay onStandardError(
      RunConfig run, double secondsUsed, Function<LanguageModel, String> sampler) {
    TrainingConfig config = run.training();
    Warnings warnings = new Warnings(run.model(), config);
    TrainingLoss loss = TrainingLoss.of(run.model());
    PrintStream out = System.err;
    Pace pace = new Pace(config, secondsUsed, System::nanoTime);
    Optional<Terminal> terminal = Terminal.onStandardError();
    if (terminal.isEmpty()) {
      return new LineDisplay(config, loss, pace, warnings, sampler, Output.utf8(out));
    }
    boolean colour = System.getenv("NO_COLOR") == null;
    ProgressLine line =
        new ProgressLine(
            config.limits().epochs(), loss, ProgressLine.hasLines(out.charset()), colour);
    return new BarDisplay(line, pace, warnings, sampler, out, terminal.get()::columns);
  }

  /**
   * For programs: one JSON object a line on standard output.
   *
   * @param run the training, which begins now
   * @param secondsUsed of the limit in minutes, before
   */
  static TrainingDisplay json(RunConfig run, double secondsUsed) {
    return new JsonDisplay(
        new Pace(run.training(), secondsUsed, System::nanoTime),
        new Warnings(run.model(), run.training()),
        Output.utf8(System.out));
  }

  /**
   * Training has ended without a failure; sums it up and shows nothing more.
   *
   * @param progress where it ended
   */
  void finished(Trainer.End end, Progress progress);

  @Override
  void close();
}
