package io.refrain.cli;

import io.refrain.train.Batching;
import io.refrain.train.Limits;
import io.refrain.train.Progress;
import io.refrain.train.TrainingConfig;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How fast training goes and when it will end.
 *
 * <p>The training thread {@linkplain #updated notes} every update, which costs a few memory writes;
 * any one other thread may {@linkplain #read} now and then.
 */
final class Pace {
  /** The shown loss is that of about so many updates. */
  private static final int SMOOTHING = 100;

  /** Time that a speed is measured over, at least. */
  private static final double RATE_SECONDS = 1;

  private final TrainingConfig config;
  private final double secondsUsed;
  private final LongSupplier nanoTime;
  private final long start;
  private int updates;
  private double smoothedLoss = Double.NaN;
  private int batchesInEpoch;
  // Written last and read first: it publishes the three fields above.
  private volatile @Nullable Progress latest;

  private long firstUpdate;
  private long rateUpdate;
  private double rateSeconds;
  private double updatesPerSecond = Double.NaN;

  /**
   * Goes on with the time that the limit in minutes counts.
   *
   * @param config tells the limits and how many tokens an update sees
   * @param secondsUsed how much of the limit was used up before, in a run that is resumed
   * @param nanoTime as {@link System#nanoTime}
   */
  Pace(TrainingConfig config, double secondsUsed, LongSupplier nanoTime) {
    this.config = config;
    this.secondsUsed = secondsUsed;
    this.nanoTime = nanoTime;
    start = nanoTime.getAsLong();
  }

  /**
   * Where training stands.
   *
   * @param progress after the latest update
   * @param loss smoothed, in nats a token
   * @param tokensPerSecond NaN when not known yet
   * @param fraction what is done of the limit that ends first, from 0 to 1
   * @param secondsLeft NaN when not known yet
   */
  record Reading(
      Progress progress,
      double loss,
      double tokensPerSecond,
      double fraction,
      double secondsLeft) {}

  /** Notes an update. */
  void updated(Progress progress, int batches, double loss) {
    updates++;
    double weight = 1.0 / Math.min(updates, SMOOTHING);
    smoothedLoss = updates == 1 ? loss : smoothedLoss + weight * (loss - smoothedLoss);
    batchesInEpoch = batches;
    if (updates == 1) {
      firstUpdate = progress.update() - 1;
    }
    latest = progress;
  }

  /** {@return seconds since the start, by the clock} */
  double elapsed() {
    return (nanoTime.getAsLong() - start) / 1e9;
  }

  /** {@return where training stands; null before the first update} */
  @Nullable Reading read() {
    Progress progress = latest;
    if (progress == null) {
      return null;
    }
    double seconds = elapsed();
    measureRate(progress.update(), seconds);
    Limits limits = config.limits();
    double epochsDone = progress.epoch() + Math.min(1, progress.batch() / (double) batchesInEpoch);
    double epochsLeft = limits.epochs() - epochsDone;
    double updatesLeft = epochsLeft * config.batching().updates(batchesInEpoch);
    double fractionDone = epochsDone / limits.epochs();
    double counted = (double) limits.updates() - progress.update();
    if (limits.updates() < Long.MAX_VALUE && counted < updatesLeft) {
      updatesLeft = counted;
      fractionDone = progress.update() / (double) limits.updates();
    }
    double byUpdates = updatesLeft / updatesPerSecond;
    double used = secondsUsed + seconds;
    double byTime = limits.minutes() * 60 - used;
    boolean timeEndsFirst = byTime < byUpdates || (Double.isNaN(byUpdates) && byTime < 1e9);
    double fraction = timeEndsFirst ? used / (limits.minutes() * 60) : fractionDone;
    return new Reading(
        progress,
        smoothedLoss,
        updatesPerSecond * tokensPerUpdate(),
        Math.clamp(fraction, 0, 1),
        Math.max(0, timeEndsFirst ? byTime : byUpdates));
  }

  private double tokensPerUpdate() {
    Batching batching = config.batching();
    return (double) batching.accumulate() * batching.batch() * batching.steps();
  }

  /** Half of the new rate and half of the old one, so that the time left does not flicker. */
  private void measureRate(long update, double seconds) {
    if (rateUpdate < firstUpdate) {
      rateUpdate = firstUpdate;
    }
    if (seconds - rateSeconds < RATE_SECONDS) {
      return;
    }
    double rate = (update - rateUpdate) / (seconds - rateSeconds);
    updatesPerSecond = Double.isNaN(updatesPerSecond) ? rate : 0.5 * (updatesPerSecond + rate);
    rateUpdate = update;
    rateSeconds = seconds;
  }
}
