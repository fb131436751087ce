package io.refrain.cli;

import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the run that a command line names. */
final class Runs {
  private Runs() {}

  /**
   * The run in a folder, whose configuration can be read.
   *
   * @throws IOException when it is no run; the message says what it is instead
   */
  static RunDirectory open(Path path) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new IOException(
          path
              + " is no run: it is a file, and a run is a folder; `refrain train --out` makes one");
    }
    RunDirectory directory = new RunDirectory(path);
    directory.config();
    return directory;
  }
}
