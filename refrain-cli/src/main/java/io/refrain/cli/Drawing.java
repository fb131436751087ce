package io.refrain.cli;

import java.io.IOException;
import java.util.Optional;

/**
 * Draws if it can: a picture is no reason to fail, so whatever keeps it from being drawn (a server
 * without fonts, a Java without AWT, a full disk) is told in one line instead of thrown. What needs
 * AWT stands in classes of its own, which are loaded only to draw.
 */
final class Drawing {
  private Drawing() {}

  /** Draws a picture. */
  @FunctionalInterface
  interface Attempt {
    void draw() throws IOException;
  }

  /**
   * Draws.
   *
   * @param what is drawn, as "loss curve"
   * @return why there are no new pictures, as one line; empty when they are drawn
   */
  static Optional<String> attempt(String what, Attempt attempt) {
    try {
      // Without it, AWT looks for a screen wherever DISPLAY is set.
      if (System.getProperty("java.awt.headless") == null) {
        System.setProperty("java.awt.headless", "true");
      }
      attempt.draw();
      return Optional.empty();
    } catch (IOException unwritable) {
      return Optional.of("no %s: %s".formatted(what, FailureMessage.of(unwritable)));
    } catch (RuntimeException | Error unusable) {
      // AWT tells of missing libraries and fonts by errors of many kinds, InternalError included.
      return Optional.of(
          "no %s, for Java cannot draw here: %s".formatted(what, firstLine(unusable)));
    }
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
