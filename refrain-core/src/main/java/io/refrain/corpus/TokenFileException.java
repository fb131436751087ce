package io.refrain.corpus;

import java.io.IOException;
import java.nio.file.Path;

/** A file of tokens that cannot be used. The message is one line that names it and the defect. */
public final class TokenFileException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Defect defect;

  /** What is wrong with a file. */
  public enum Defect {
    /** It is something else, or holds the tokens of another text. */
    FOREIGN,
    /** A newer version of this library wrote it. */
    NEWER,
    /** Bytes of it are missing or too many. */
    LENGTH,
    /** Bytes of it are not those that were written. */
    DAMAGED
  }

  TokenFileException(Path file, Defect defect, String explanation) {
    super(file + " " + explanation);
    this.defect = defect;
  }

  /** {@return what is wrong} */
  public Defect defect() {
    return defect;
  }

  /** {@return whether it was a file of these tokens once, so that nothing is lost with it} */
  public boolean mayBeReplaced() {
    return defect == Defect.LENGTH || defect == Defect.DAMAGED;
  }
}
