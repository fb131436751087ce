package io.refrain.cli;

import io.refrain.optim.Schedule;
import io.refrain.train.TrainingConfig;

/**
 * Where a schedule has taken the learning rate down to about nothing: updates after that change no
 * weight to speak of, so nobody is to be sent there.
 */
final class ScheduleEnd {
  /** Of the configured rate; one-cycle ends at 0.000004 of it. */
  private static final double NOTHING = 1e-5;

  private ScheduleEnd() {}

  /** {@return the updates after which nothing more is learned; the largest number for no end} */
  static long of(TrainingConfig training) {
    long updates;
    double rate;
    switch (training.schedule()) {
      case Schedule.Cosine cosine -> {
        updates = cosine.updates();
        rate = cosine.rate(training.learningRate(), updates);
      }
      case Schedule.OneCycle cycle -> {
        updates = cycle.updates();
        rate = cycle.rate(training.learningRate(), updates);
      }
      default -> {
        return Long.MAX_VALUE;
      }
    }
    return rate < NOTHING * training.learningRate() ? updates : Long.MAX_VALUE;
  }
}
