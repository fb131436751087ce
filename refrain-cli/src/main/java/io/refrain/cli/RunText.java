package io.refrain.cli;

import io.refrain.train.RunConfig;
import io.refrain.train.Validation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A text that a run was begun with.
 *
 * @param corpus a catalogue name or a path
 * @param sha1 the SHA-1 that it had in UTF-8
 */
record RunText(String corpus, String sha1) {

  /** What a run was trained on. */
  static RunText corpus(RunConfig config) {
    return new RunText(config.corpus(), config.corpusSha1());
  }

  /** What a run was validated with, where that is a text of its own. */
  static RunText of(Validation.Text text) {
    return new RunText(text.corpus(), text.sha1());
  }

  /** Every text that a run was begun with. */
  static List<RunText> all(RunConfig config) {
    return config.validation() instanceof Validation.Text text
        ? List.of(corpus(config), of(text))
        : List.of(corpus(config));
  }

  /** Whether it was a file or folder that is not there any more. */
  boolean isGone() {
    return !Texts.isKnown(corpus) && !Files.exists(Path.of(corpus));
  }

  /**
   * Demands that it is still there.
   *
   * @param remedy what to do where it is not, for the message
   */
  void requireThere(Path run, String remedy) throws IOException {
    if (isGone()) {
      throw new IOException(
          "%s was begun with %s, which is not there any more: %s".formatted(run, corpus, remedy));
    }
  }

  /** Demands that it is still the same. */
  void requireUnchanged(Path run, String actual) throws IOException {
    if (!actual.equals(sha1)) {
      throw new IOException(
          "the text %s has changed since %s was begun: put the old text back, or begin anew"
              .formatted(corpus, run));
    }
  }
}
