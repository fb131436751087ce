package io.refrain.store;

import java.io.IOException;
import java.nio.file.Path;

/** A run directory that somebody else is writing; the message says who, since when, what to do. */
public final class RunLockedException extends IOException {
  private static final long serialVersionUID = 1;

  RunLockedException(Path runDirectory, String holder) {
    super(
        "%s is being written by %s; wait for it or choose another --out"
            .formatted(runDirectory, holder));
  }
}
