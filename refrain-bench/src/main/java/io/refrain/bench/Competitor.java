package io.refrain.bench;

import org.jspecify.annotations.Nullable;

/** One process in a race, with the times of its rounds. */
final class Competitor implements AutoCloseable {
  private static final double SLOWEST_BUT_ONE_OF_HUNDRED = 0.99;

  private final String label;
  private String name;
  private final @Nullable PeerSetting setting;
  private final Samples rounds = new Samples();
  private final Samples units = new Samples();
  private boolean eachUnit;
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
    name = setting == null ? label : setting.library().label();
    this.setting = setting;
    try {
      worker = Worker.start(command);
      name = worker.said(nameKey);
    } catch (WorkerException problem) {
      leftOut = problem.reason();
    }
  }

  /** One that does not run. */
  Competitor(PeerSetting setting, String reason) {
    label = setting.library().label() + " " + setting.description();
    name = setting.library().label();
    this.setting = setting;
    leftOut = label + ": not run: " + reason;
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

  /**
   * Median milliseconds a unit over the rounds that count, or over all their units where these are
   * timed one by one; NaN without such a round.
   */
  double median() {
    return eachUnit ? units.median() : rounds.median();
  }

  /** What the rounds that count came to; nothing once it is left out. */
  RaceResult.Times times() {
    return leftOut == null
        ? new RaceResult.Times(median(), units.quantile(SLOWEST_BUT_ONE_OF_HUNDRED))
        : RaceResult.Times.NONE;
  }

  /** Takes a run as a result. */
  void keep(Worker.Run run) {
    rounds.add(run.millisPerUnit());
    run.each().forEach(units::add);
    eachUnit |= !run.each().isEmpty();
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
