package io.refrain.store;

import java.io.IOException;

/**
 * A JSON file that is not JSON, or whose values are not what is expected.
 *
 * <p>The message is one line: the file, the key concerned, what was expected and found.
 */
public final class JsonException extends IOException {
  private static final long serialVersionUID = 1;

  JsonException(String source, String explanation) {
    super(source + ": " + explanation);
  }
}
