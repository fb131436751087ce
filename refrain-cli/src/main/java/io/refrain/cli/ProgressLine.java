package io.refrain.cli;

import io.refrain.train.Progress;
import java.nio.charset.Charset;

/**
 * The line that a progress bar stands in.
 *
 * @param epochs to come in all
 * @param loss what the loss of training is
 * @param lines whether the terminal shows line-drawing characters; ASCII is used otherwise
 * @param colour whether to colour the bar
 */
record ProgressLine(int epochs, TrainingLoss loss, boolean lines, boolean colour) {
  private static final int WIDEST_BAR = 40;
  private static final int NARROWEST_BAR = 5;

  /** From here on words are written out and the best validation is shown. */
  private static final int ROOMY_COLUMNS = 110;

  private static final String DONE = "\u2501";
  private static final String HALF_DONE = "\u2578";
  private static final String TO_COME = "\u2500";

  private static final String ON = "\u001b[36m";
  private static final String DIM = "\u001b[39;2m";
  private static final String OFF = "\u001b[0m";

  /** {@return whether an encoding has the characters for drawing lines} */
  static boolean hasLines(Charset charset) {
    return charset.canEncode() && charset.newEncoder().canEncode(DONE + HALF_DONE + TO_COME);
  }

  /** Writes the line, never wider than the given columns. */
  String of(Pace.Reading reading, int columns) {
    boolean roomy = columns >= ROOMY_COLUMNS;
    Progress progress = reading.progress();
    int epoch = progress.epochOfUpdate();
    // Where only time limits a training, nobody wants to read how many epochs there may be.
    String head =
        epochs == Integer.MAX_VALUE
            ? "epoch %d ".formatted(epoch)
            : "epoch %d/%d ".formatted(epoch, epochs);
    StringBuilder tail = new StringBuilder(" %3d%%".formatted((int) (100 * reading.fraction())));
    tail.append("  ").append(loss.words(reading.loss(), roomy ? "perplexity" : "ppl", "  "));
    if (roomy && Double.isFinite(progress.best())) {
      tail.append(loss == TrainingLoss.OF_THE_TEXT ? " (best " : " (best perplexity ");
      tail.append(Figures.perplexity(progress.best())).append(')');
    }
    if (!Double.isNaN(reading.tokensPerSecond())) {
      tail.append("  ").append(Figures.rate(reading.tokensPerSecond()));
      tail.append(roomy ? " tokens/s" : " tok/s");
    }
    if (!Double.isNaN(reading.secondsLeft())) {
      tail.append("  ").append(Figures.duration(reading.secondsLeft())).append(" left");
    }
    int room = columns - head.length() - tail.length();
    if (room < NARROWEST_BAR) {
      String text = head + tail.toString().strip();
      return text.length() > columns ? text.substring(0, columns) : text;
    }
    return head + bar(reading.fraction(), Math.min(room, WIDEST_BAR)) + tail;
  }

  /** {@return a bar of exactly so many columns, at least 2, done from 0 to 1} */
  String bar(double fraction, int width) {
    if (!lines) {
      int done = (int) (fraction * (width - 2));
      return "[" + "#".repeat(done) + "-".repeat(width - 2 - done) + "]";
    }
    int halves = (int) (fraction * width * 2);
    String done = DONE.repeat(halves / 2) + HALF_DONE.repeat(halves % 2);
    String toCome = TO_COME.repeat(width - done.length());
    return colour ? ON + done + DIM + toCome + OFF : done + toCome;
  }
}
