package io.refrain.train;

import io.refrain.data.Epoch;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * Looks for a learning rate (Smith 2017): trains for a short while with rates that grow from update
 * to update, and sees at which of them the loss falls and at which training falls apart.
 *
 * <p>As in fastai's {@code lr_find}, rates grow exponentially, losses are smoothed as an
 * exponential mean without its initial bias, the sweep ends when a smoothed loss exceeds {@value
 * #DIVERGED} times the smallest or training diverges, and the suggestion is a tenth of the rate at
 * which the smoothed loss is smallest. Where that is the first rate or the last of all, the loss
 * has no lowest place between them, and nothing is suggested. The mean is over fewer losses than
 * fastai's, so as to lag less behind the rates.
 */
public final class LearningRateFinder {
  /** The smallest rate tried. */
  public static final double LOWEST = 1e-6;

  /** The largest rate tried: plain descent of recurrent networks takes rates of tens. */
  public static final double HIGHEST = 100;

  /** Updates of a whole sweep: 25 for each power of ten. */
  public static final int UPDATES = 201;

  private static final double SMOOTHING = 0.9;
  private static final double DIVERGED = 4;
  private static final double SAFETY = 10;

  /** With fewer updates nothing can be said. */
  private static final int LEAST_POINTS = 10;

  private LearningRateFinder() {}

  /**
   * One update of the sweep.
   *
   * @param learningRate the rate it was made with
   * @param loss before the update, in nats a token
   * @param smoothedLoss mean of the losses so far, late ones weighing more
   */
  public record Point(double learningRate, double loss, double smoothedLoss) {}

  /**
   * What a sweep has found.
   *
   * @param points in the order of their rates
   * @param lowest the point with the smallest smoothed loss
   * @param diverged whether the sweep was ended by a loss that had grown too large
   */
  public record Result(List<Point> points, Point lowest, boolean diverged) {
    /** Takes a copy of the points. */
    public Result {
      points = List.copyOf(points);
    }

    /** Whether the smoothed loss was never smaller than at the smallest rate. */
    public boolean neverFell() {
      return lowest.equals(points.getFirst());
    }

    /** Whether the smoothed loss still fell at {@link #HIGHEST}. */
    public boolean stillFell() {
      return !diverged && lowest.equals(points.getLast());
    }

    /**
     * A learning rate to train with, a tenth of the lowest point's; none where the loss {@linkplain
     * #neverFell never fell} or {@linkplain #stillFell still did}.
     */
    public OptionalDouble suggestion() {
      return neverFell() || stillFell()
          ? OptionalDouble.empty()
          : OptionalDouble.of(lowest.learningRate() / SAFETY);
    }
  }

  /** Is told of every update. */
  @FunctionalInterface
  public interface Watcher {
    /** One more point is known; {@code count} are by now. */
    void found(int count, Point point);
  }

  /**
   * Sweeps the rates from the weights that a run begins with. Nothing is written.
   *
   * @param config whose learning rate, schedule and limits do not matter
   * @param tokens to train on
   * @throws IllegalArgumentException when the text is shorter than one batch or the model too large
   *     for memory
   * @throws TrainingDivergedException when that happens before anything can be said
   */
  public static Result find(
      RunConfig config, TokenSource tokens, ThreadTeam team, Watcher watcher) {
    config.requireMemory();
    SplittableRandom random = new SplittableRandom(config.training().seed());
    return find(
        config.training(), new LanguageModel(config.model(), random), tokens, team, watcher);
  }

  private static Result find(
      TrainingConfig config,
      LanguageModel model,
      TokenSource tokens,
      ThreadTeam team,
      Watcher watcher) {
    TrainingStep step = new TrainingStep(config, model, team);
    List<Point> points = new ArrayList<>();
    Epoch epoch = config.batching().epoch(tokens, config.seed(), 0);
    int epochs = 1;
    int batch = 0;
    double mean = 0;
    double best = Double.POSITIVE_INFINITY;
    for (int update = 0; update < UPDATES; update++) {
      if (batch == epoch.batches()) {
        epoch = config.batching().epoch(tokens, config.seed(), epochs++);
        batch = 0;
      }
      double rate = rate(update);
      double loss;
      try {
        TrainingStep.Result result = step.update(epoch, batch, update + 1L, rate);
        batch += result.batches();
        loss = result.loss();
      } catch (TrainingDivergedException e) {
        if (points.size() < LEAST_POINTS) {
          throw new TrainingDivergedException(
              "no learning rate can be looked for: %s. Rates were still as small as %s, so it is not"
                      .formatted(e.observation(), rate)
                  + " the rate: try another optimizer or its defaults, or a smaller model",
              e);
        }
        return result(points, true);
      }
      mean = SMOOTHING * mean + (1 - SMOOTHING) * loss;
      double smoothed = mean / (1 - Math.pow(SMOOTHING, update + 1.0));
      Point point = new Point(rate, loss, smoothed);
      points.add(point);
      watcher.found(points.size(), point);
      if (points.size() > LEAST_POINTS && smoothed > DIVERGED * best) {
        return result(points, true);
      }
      best = Math.min(best, smoothed);
    }
    return result(points, false);
  }

  private static double rate(int update) {
    return LOWEST * Math.pow(HIGHEST / LOWEST, update / (UPDATES - 1.0));
  }

  static Result result(List<Point> points, boolean diverged) {
    Point lowest = points.getFirst();
    for (Point point : points) {
      if (point.smoothedLoss() < lowest.smoothedLoss()) {
        lowest = point;
      }
    }
    return new Result(points, lowest, diverged);
  }
}
