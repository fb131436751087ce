package io.refrain.train;

import java.util.List;

/**
 * Where training stands: everything but weights that the next update depends on, and what is known
 * so far.
 *
 * @param update updates made
 * @param epoch the epoch of the next update, from 0
 * @param batch the batch of the next update within its epoch
 * @param lossSum sum of the losses of the {@code lossCount} batches of this epoch, in nats
 * @param lossCount batches of this epoch
 * @param seconds time spent training, over all calls, with validations and checkpoints; older
 *     versions counted that of the updates alone
 * @param best the smallest validation loss, in nats a token; infinite before the first
 * @param bestUpdate the update it was found after
 * @param worse validations since then, or since the optimizer began to average weights
 * @param evaluated the update that the last validation came after, so that none is made twice or
 *     left out where training stops between the two; 0 before the first
 */
public record Progress(
    long update,
    int epoch,
    int batch,
    double lossSum,
    long lossCount,
    double seconds,
    double best,
    long bestUpdate,
    int worse,
    long evaluated) {

  /** Checks the ranges. */
  public Progress {
    if (update < 0 || epoch < 0 || batch < 0 || lossCount < 0 || bestUpdate < 0 || worse < 0) {
      throw new IllegalArgumentException(
          "the counts of a training's progress must be at least 0, but are "
              + List.of(update, epoch, batch, lossCount, bestUpdate, worse));
    }
  }

  static Progress start() {
    return new Progress(0, 0, 0, 0, 0, 0, Double.POSITIVE_INFINITY, 0, 0, 0);
  }

  /** Mean loss of the batches of this epoch so far, in nats a token. */
  public double meanLoss() {
    return lossSum / Math.max(1.0, (double) lossCount);
  }

  /** The epoch that the last update belongs to, from 1: what people are told. */
  public int epochOfUpdate() {
    return batch == 0 && epoch > 0 ? epoch : epoch + 1;
  }

  Progress afterUpdate(int batches, double addedLoss) {
    return new Progress(
        update + 1,
        epoch,
        batch + batches,
        lossSum + addedLoss,
        lossCount + batches,
        seconds,
        best,
        bestUpdate,
        worse,
        evaluated);
  }

  Progress after(double addedSeconds) {
    return new Progress(
        update,
        epoch,
        batch,
        lossSum,
        lossCount,
        seconds + addedSeconds,
        best,
        bestUpdate,
        worse,
        evaluated);
  }

  Progress atNextEpoch() {
    return new Progress(update, epoch + 1, 0, 0, 0, seconds, best, bestUpdate, worse, evaluated);
  }

  Progress withoutBest() {
    return withBest(Double.POSITIVE_INFINITY, 0, 0, evaluated);
  }

  Progress withoutWorse() {
    return withBest(best, bestUpdate, 0, evaluated);
  }

  Progress afterEvaluation(double loss) {
    return loss < best
        ? withBest(loss, update, 0, update)
        : withBest(best, bestUpdate, worse + 1, update);
  }

  private Progress withBest(double loss, long atUpdate, int worseSince, long evaluatedAt) {
    return new Progress(
        update, epoch, batch, lossSum, lossCount, seconds, loss, atUpdate, worseSince, evaluatedAt);
  }
}
