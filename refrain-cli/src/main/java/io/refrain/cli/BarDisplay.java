package io.refrain.cli;

import io.refrain.model.LanguageModel;
import io.refrain.train.Finding;
import io.refrain.train.Progress;
import io.refrain.train.Trainer;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.IntSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * A progress bar in the last line of a terminal; what else there is to say scrolls by above it.
 *
 * <p>The bar is drawn by a thread of its library, a few times a second, from what the training
 * thread left in {@link Pace}. Should the process be told to end while training goes on, a shutdown
 * hook ends the bar, so that the shell's prompt gets a line of its own.
 */
final class BarDisplay implements TrainingDisplay {
  private static final int REDRAW_MILLIS = 200;
  private static final double NEWS_SECONDS = 2;
  private static final int WIDEST_TEXT = 100;

  private final Pace pace;
  private final Warnings warnings;
  private final Bulletin bulletin;
  private final IntSupplier columns;
  private final StatusLine statusLine;
  private final ProgressBar bar;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread closeAtExit = new Thread(this::endBar, "progress bar's end");

  /**
   * Starts drawing.
   *
   * @param columns the present width of the terminal
   */
  BarDisplay(
      ProgressLine line,
      Pace pace,
      Warnings warnings,
      Function<LanguageModel, String> sampler,
      PrintStream out,
      IntSupplier columns) {
    this.pace = pace;
    this.warnings = warnings;
    this.columns = columns;
    bulletin = new Bulletin(sampler, NEWS_SECONDS);
    statusLine = new StatusLine(out, columns);
    bar =
        new ProgressBarBuilder()
            .setInitialMax(1)
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .continuousUpdate()
            .setConsumer(statusLine)
            .setRenderer((state, width) -> {
              Pace.Reading reading = pace.read();
              return reading == null ? "" : line.of(reading, width);
            })
            .build();
    Runtime.getRuntime().addShutdownHook(closeAtExit);
  }

  @Override
  public void updated(Progress progress, Update update) {
    pace.updated(progress, update.batchesInEpoch(), update.loss());
  }

  @Override
  public void found(Progress progress, Finding finding) {
    statusLine.printAbove(List.of(warnings.line(finding)));
  }

  @Override
  public void evaluated(
      Progress progress, LanguageModel.Evaluation evaluation, boolean better, LanguageModel model) {
    int width = Math.min(columns.getAsInt() - 1, WIDEST_TEXT);
    statusLine.printAbove(
        bulletin.evaluated(pace.elapsed(), progress, evaluation, better, model, width));
  }

  @Override
  public void finished(Trainer.End end, Progress progress) {
    close();
    statusLine.printAbove(List.of(Bulletin.summary(end, progress)));
  }

  @Override
  public void close() {
    endBar();
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtExit);
    } catch (IllegalStateException exiting) {
      // The hook has run or is about to, and finds nothing left to do.
    }
  }

  private void endBar() {
    if (closed.compareAndSet(false, true)) {
      // Draws once more and takes the bar off its library's thread.
      bar.close();
      // The library does not close the line of a bar that is closed before it was first drawn.
      statusLine.close();
    }
  }
}
