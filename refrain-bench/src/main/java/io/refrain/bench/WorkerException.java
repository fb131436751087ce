package io.refrain.bench;

import java.io.Serial;

/** A process that is to be timed did not start, or ended before it was told to. */
final class WorkerException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final String reason;

  WorkerException(String reason) {
    super(reason);
    this.reason = reason;
  }

  /** Its message. */
  String reason() {
    return reason;
  }
}
