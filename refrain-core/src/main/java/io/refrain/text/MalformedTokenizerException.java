package io.refrain.text;

import java.io.IOException;

/** A tokenizer file that is not what it claims to be; the message names the file and the defect. */
public final class MalformedTokenizerException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedTokenizerException(String file, String defect) {
    super("tokenizer file %s: %s".formatted(file, defect));
  }
}
