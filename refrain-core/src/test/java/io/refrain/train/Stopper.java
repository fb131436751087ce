package io.refrain.train;

import java.io.IOException;

/** Lets go of a run after an update, in one of the ways in which a process can. */
final class Stopper implements TrainingListener {
  private final TrainingRun run;
  private final long update;
  private final boolean abruptly;
  private boolean checkpoint;

  Stopper(TrainingRun run, long update, boolean abruptly) {
    this.run = run;
    this.update = update;
    this.abruptly = abruptly;
  }

  /** Has a checkpoint made after the last update. */
  Stopper withCheckpoint() {
    checkpoint = true;
    if (run.trainer().progress().update() + 1 == update) {
      run.checkpointEvery(0);
    }
    return this;
  }

  @Override
  public void updated(Progress progress, Update made) throws IOException {
    if (progress.update() + 1 == update && checkpoint) {
      run.checkpointEvery(0);
    }
    if (progress.update() == update && abruptly) {
      throw new IOException("killed");
    }
    if (progress.update() == update) {
      run.trainer().requestStop();
    }
  }
}
