package io.refrain.bench;

import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Refrain and its peers on one workload, round by round, each alone on the machine for its turn: so
 * that whatever else the machine does falls on all of them alike. Medians over the rounds count.
 *
 * <p>Before that, every process does the same few units from the same weights and data, and its
 * figure is held against Refrain's: who computes something else is not compared with. Then each
 * warms up until it gets no faster, after which settings that cannot win any more are sent home.
 */
final class Race implements AutoCloseable {

  /**
   * How long a race is.
   *
   * @param rounds that count
   * @param roundMillis about how long one turn lasts, at least one unit
   */
  record Schedule(int rounds, double roundMillis) {}

  private static final long SETTLE_MILLIS = 250;

  /** So few that training has not amplified round-off. */
  private static final int UNITS_COMPARED = 4;

  private static final double TOLERANCE = 1e-3;
  private static final int QUIET_TURNS = 10;
  private static final int MOST_WARM_UP_TURNS = 40;
  private static final double FASTER = 0.95;
  private static final double HOPELESS = 4;

  /** Threads that fight over cores are fast one time and hundreds of times slower the next. */
  private static final int ROUNDS_BEFORE_SECOND_LOOK = 3;

  private final Workload workload;
  private final Schedule schedule;
  private final Consumer<String> progress;
  private final int threads;
  private final Competitor refrain;
  private final List<Competitor> peers = new ArrayList<>();
  private final Samples peaks = new Samples();
  private final Samples bytes = new Samples();

  /** Starts Refrain; {@link #enter} adds peers. */
  Race(Workload workload, int threads, Schedule schedule, Consumer<String> progress) {
    this.workload = workload;
    this.schedule = schedule;
    this.progress = progress;
    this.threads = workload.unit() == Workload.Unit.GENERATED_CHARACTER ? 1 : threads;
    refrain = new Competitor(Jvm.refrain(workload, threads), "kernels", null);
  }

  /** Starts a setting of a peer. */
  void enter(PeerSetting setting, Worker.Command command) {
    Competitor peer = new Competitor(command, "peer", setting);
    reportIfLeftOut(peer);
    peers.add(peer);
  }

  /** Runs all rounds. */
  RaceResult run() throws WorkerException {
    compareWork();
    warmUp(refrain);
    running().forEach(this::warmUp);
    dropHopeless(Competitor::fastest);
    for (int round = 1; round <= schedule.rounds(); round++) {
      progress.accept("%s: round %d of %d".formatted(workload.name(), round, schedule.rounds()));
      takeTurns();
      if (round == ROUNDS_BEFORE_SECOND_LOOK) {
        dropHopeless(Competitor::median);
      }
    }
    return result();
  }

  private void compareWork() throws WorkerException {
    Worker.Run own = refrain.run(UNITS_COMPARED);
    checkRefrain();
    for (Competitor peer : peers) {
      Worker.Run run = peer.run(UNITS_COMPARED);
      if (run == null || own == null) {
        reportIfLeftOut(peer);
      } else if (!(Math.abs(run.checksum() - own.checksum()) <= TOLERANCE)) {
        peer.leaveOut(
            String.format(
                Locale.ROOT,
                "%s computes something else: after %d units its figure is %.4f, Refrain's %.4f",
                peer.label(),
                UNITS_COMPARED,
                run.checksum(),
                own.checksum()));
        reportIfLeftOut(peer);
      }
    }
  }

  /** Takes turns alone until several in a row were no faster than one before, or for so long. */
  private void warmUp(Competitor competitor) {
    progress.accept("%s: warming up %s".formatted(workload.name(), competitor.label()));
    double limit = MOST_WARM_UP_TURNS * schedule.roundMillis();
    int quiet = 0;
    while (quiet < QUIET_TURNS && limit > 0) {
      double fastest = competitor.fastest();
      Worker.Run run = competitor.run(competitor.unitsIn(schedule.roundMillis()));
      if (run == null) {
        reportIfLeftOut(competitor);
        return;
      }
      limit -= run.millis();
      quiet = run.millisPerUnit() < FASTER * fastest ? 0 : quiet + 1;
    }
  }

  private void takeTurns() throws WorkerException {
    settle();
    Worker.Run own = refrain.run(refrain.unitsIn(schedule.roundMillis()));
    checkRefrain();
    Worker worker = refrain.worker();
    if (own != null && worker != null) {
      refrain.keepLatest();
      if (own.bytes() != null) {
        bytes.add((double) own.bytes() / own.units());
      }
      peaks.add(worker.peak());
    }
    for (Competitor peer : running()) {
      settle();
      if (peer.run(peer.unitsIn(schedule.roundMillis())) != null) {
        peer.keepLatest();
      }
      reportIfLeftOut(peer);
    }
  }

  /**
   * Waits until whoever worked before has come to rest: OpenMP threads keep a core busy for up to
   * 200 ms after their work, which the next in turn would pay for.
   */
  private static void settle() {
    try {
      Thread.sleep(SETTLE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Each way to give the input is a race of its own, since rows may ask for the best of each. */
  private void dropHopeless(ToDoubleFunction<Competitor> time) {
    Map<InputPath, Double> best = new EnumMap<>(InputPath.class);
    for (Competitor peer : running()) {
      best.merge(path(peer), time.applyAsDouble(peer), Math::min);
    }
    for (Competitor peer : running()) {
      double limit = HOPELESS * best.getOrDefault(path(peer), Double.NaN);
      double millis = time.applyAsDouble(peer);
      if (millis > limit) {
        peer.leaveOut(
            String.format(
                Locale.ROOT,
                "%s dropped: at %.4g ms over %.0f times the best so far",
                peer.label(),
                millis,
                HOPELESS));
        reportIfLeftOut(peer);
      }
    }
  }

  private List<Competitor> running() {
    return peers.stream().filter(peer -> peer.leftOut() == null).toList();
  }

  private static InputPath path(Competitor peer) {
    return setting(peer).path();
  }

  private static PeerSetting setting(Competitor peer) {
    PeerSetting setting = peer.setting();
    if (setting == null) {
      throw new IllegalArgumentException(peer.label() + " is not a peer");
    }
    return setting;
  }

  private void checkRefrain() throws WorkerException {
    if (refrain.leftOut() != null) {
      throw new WorkerException(refrain.leftOut());
    }
  }

  private void reportIfLeftOut(Competitor peer) {
    if (peer.leftOut() != null) {
      progress.accept("%s: %s".formatted(workload.name(), peer.leftOut()));
    }
  }

  private RaceResult result() {
    return new RaceResult(
        workload,
        threads,
        refrain.name(),
        refrain.median(),
        bytes.median(),
        peaks.median(),
        peers.stream()
            .map(peer ->
                new RaceResult.PeerResult(
                    peer.name(),
                    setting(peer),
                    peer.leftOut() == null ? peer.median() : Double.NaN,
                    peer.leftOut()))
            .toList());
  }

  @Override
  public void close() {
    refrain.close();
    peers.forEach(Competitor::close);
  }
}
