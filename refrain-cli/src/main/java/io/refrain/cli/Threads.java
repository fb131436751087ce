package io.refrain.cli;

import picocli.CommandLine.Option;

/** How many threads work. */
final class Threads {
  private static final int MOST_BY_DEFAULT = 8;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = {
        "Threads that compute (default: one a core, at most 8).",
        "Their number changes no weight after the same",
        "number of updates, and no text of the same seed."
      })
  private int threads = Math.min(MOST_BY_DEFAULT, Runtime.getRuntime().availableProcessors());

  int count() {
    if (threads < 1) {
      throw new IllegalArgumentException("--threads must be at least 1, but is " + threads);
    }
    return threads;
  }
}
