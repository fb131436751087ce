package io.refrain.bench;

import org.jspecify.annotations.Nullable;

/** One process in a race, with the times of its rounds. */
final class Competitor implements AutoCloseable {
  private final String label;
  private String name;
  private final @Nullable PeerSetting setting;
  private final Samples times = new Samples();
  private @Nullable Worker worker;
  private double latest = Double.NaN;
  private double previous = Double.NaN;
  private double fastest = Double.POSITIVE_INFINITY;
  private @Nullable String leftOut;

  /**
   * Starts the process.
   *
   * @param nameKey where its first line says what runs, such as a library with its version
   * @param setting the peer's; null for Refrain
   */
  Competitor(Worker.Command command, String nameKey, @Nullable PeerSetting setting) {
    label = command.label();
    name = setting == null ? label : setting.library().option();
    this.setting = setting;
    try {
      worker = Worker.start(command);
      name = worker.said(nameKey);
    } catch (WorkerException problem) {
      leftOut = problem.reason();
    }
  }

  String label() {
    return label;
  }

  /** What runs, in its own words. */
  String name() {
    return name;
  }

  /** The peer's setting; null for Refrain. */
  @Nullable PeerSetting setting() {
    return setting;
  }

  /** Why it no longer takes part; null while it does. */
  @Nullable String leftOut() {
    return leftOut;
  }

  /** Its process; null once it is left out. */
  @Nullable Worker worker() {
    return worker;
  }

  /** Milliseconds a unit in the fastest run so far; infinite before the first. */
  double fastest() {
    return fastest;
  }

  /** Median milliseconds a unit over the rounds that count; NaN without such a round. */
  double median() {
    return times.median();
  }

  /** Takes what it did last as a result. */
  void keepLatest() {
    times.add(latest);
  }

  /** How many units take about so long, or less, by the slower of the last two runs. */
  int unitsIn(double millis) {
    double expected = Double.isNaN(previous) ? latest : Math.max(latest, previous);
    return (int) Math.clamp(Math.round(millis / expected), 1L, 1_000_000L);
  }

  /**
   * Has units done.
   *
   * @return the answer; null when the process is gone, which leaves it out
   */
  Worker.@Nullable Run run(int units) {
    Worker process = worker;
    if (process == null) {
      return null;
    }
    try {
      Worker.Run run = process.run(units);
      previous = latest;
      latest = run.millisPerUnit();
      fastest = Math.min(fastest, latest);
      return run;
    } catch (WorkerException problem) {
      leaveOut(problem.reason());
      return null;
    }
  }

  /** Ends its process. */
  void leaveOut(String reason) {
    leftOut = reason;
    close();
  }

  @Override
  public void close() {
    if (worker != null) {
      worker.close();
      worker = null;
    }
  }
}
