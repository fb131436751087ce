package io.refrain.cli;

import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Draws the loss curve of a run into its directory: {@code loss.png} and {@code loss.svg}.
 *
 * <p>A picture is no reason to fail a training, so whatever keeps it from being drawn (a server
 * without fonts, a Java without AWT, a full disk) is told in one line instead of thrown. All that
 * needs AWT stands in {@link LossChart}, which is loaded only to draw.
 */
final class LossCurve {
  private LossCurve() {}

  /**
   * Draws, replacing the pictures that are there.
   *
   * @return why there are no new pictures, as one line; empty when they are drawn
   */
  static Optional<String> draw(RunDirectory run) {
    try {
      LossLog log = LossLog.read(run.metricsFile());
      if (log.isEmpty()) {
        return Optional.of("no loss curve: %s has no losses yet".formatted(run.metricsFile()));
      }
      draw(run, log);
      return Optional.empty();
    } catch (IOException unwritable) {
      return Optional.of("no loss curve: " + FailureMessage.of(unwritable));
    } catch (RuntimeException | Error unusable) {
      // AWT tells of missing libraries and fonts by errors of many kinds, InternalError included.
      return Optional.of("no loss curve, for Java cannot draw here: " + firstLine(unusable));
    }
  }

  private static void draw(RunDirectory run, LossLog log) throws IOException {
    // Without it, AWT looks for a screen wherever DISPLAY is set.
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
    new LossChart(name(run.path()), log).write(run.path());
  }

  private static String name(Path run) {
    Path name = run.toAbsolutePath().normalize().getFileName();
    return PlainText.of(name == null ? run.toString() : name.toString()).toString();
  }

  private static String firstLine(Throwable failure) {
    String kind = failure.getClass().getSimpleName();
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return kind;
    }
    return kind + ": " + message.strip().lines().findFirst().orElse("");
  }
}
