package io.refrain.cli;

import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Draws the loss curve of a run into its directory: {@code loss.png} and {@code loss.svg}. */
final class LossCurve {
  private LossCurve() {}

  /**
   * Draws, replacing the pictures that are there.
   *
   * @param training what the losses of training are
   * @return why there are no new pictures, as one line; empty when they are drawn
   */
  static Optional<String> draw(RunDirectory run, TrainingLoss training) {
    return Drawing.attempt(
        "loss curve",
        () -> {
          LossLog log = LossLog.read(run.metricsFile());
          if (log.isEmpty()) {
            throw new IOException("%s has no losses yet".formatted(run.metricsFile()));
          }
          new LossChart(name(run.path()), log, training).write(run.path());
        });
  }

  private static String name(Path run) {
    Path name = run.toAbsolutePath().normalize().getFileName();
    return PlainText.of(name == null ? run.toString() : name.toString()).toString();
  }
}
