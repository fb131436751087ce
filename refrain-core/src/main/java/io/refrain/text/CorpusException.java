package io.refrain.text;

/**
 * A text that cannot be trained on: missing, empty, binary, or not the one the catalogue means. The
 * message is one line that names the file and says what to do.
 */
public final class CorpusException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  CorpusException(String message) {
    super(message);
  }

  CorpusException(String message, Throwable cause) {
    super(message, cause);
  }
}
