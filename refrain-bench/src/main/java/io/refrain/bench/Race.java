package io.refrain.bench;

import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.LanguageWorkload;
import io.refrain.bench.workload.Library;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.TokenEncoding;
import io.refrain.bench.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
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

  /** Of figures below 1, absolute; relative beyond. */
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

  /** Starts Refrain; {@link #enter} adds others. */
  Race(Workload workload, int threads, Schedule schedule, Consumer<String> progress) {
    this.workload = workload;
    this.schedule = schedule;
    this.progress = progress;
    this.threads =
        workload instanceof Generation || workload instanceof TokenEncoding ? 1 : threads;
    refrain = new Competitor(Jvm.refrain(workload, threads), "kernels", null);
    reportIfLeftOut(refrain);
  }

  /** Starts a setting of a peer, or Refrain on rival work. */
  void enter(PeerSetting setting, Worker.Command command) {
    add(new Competitor(command, "peer", setting));
  }

  /** Notes why a setting does not run. */
  void leaveOut(PeerSetting setting, String reason) {
    add(new Competitor(setting, reason));
  }

  private void add(Competitor peer) {
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
      takeTurns(round);
      if (round == ROUNDS_BEFORE_SECOND_LOOK) {
        dropHopeless(Competitor::median);
      }
    }
    return result();
  }

  /**
   * What a figure is held against.
   *
   * @param whose the first to do this work: Refrain, where it can
   */
  private record Expected(String whose, double figure) {}

  private void compareWork() {
    Map<Workload, Expected> expected = new HashMap<>();
    compare(refrain, workload, expected);
    for (Competitor peer : peers) {
      compare(peer, setting(peer).workload(), expected);
    }
  }

  private void compare(Competitor competitor, Workload work, Map<Workload, Expected> expected) {
    if (competitor.leftOut() != null) {
      return;
    }
    int units = work instanceof LanguageWorkload ? UNITS_COMPARED : 1; // others repeat themselves
    Worker.Run run = competitor.run(units);
    if (run == null) {
      reportIfLeftOut(competitor);
      return;
    }
    Expected other =
        expected.computeIfAbsent(work, _ -> new Expected(competitor.label(), run.checksum()));
    double limit = TOLERANCE * Math.max(1, Math.abs(other.figure()));
    if (!(Math.abs(run.checksum() - other.figure()) <= limit)) {
      competitor.leaveOut(
          String.format(
              Locale.ROOT,
              "%s computes something else: after %d units its figure is %.4f, that of %s %.4f",
              competitor.label(),
              units,
              run.checksum(),
              other.whose(),
              other.figure()));
      reportIfLeftOut(competitor);
    }
  }

  /** Takes turns alone until several in a row were no faster than one before, or for so long. */
  private void warmUp(Competitor competitor) {
    if (competitor.leftOut() != null) {
      return;
    }
    if (isWarmAfterOneUnit(competitor)) {
      return;
    }
    progress.accept("%s: warming up %s".formatted(workload.name(), competitor.label()));
    double limit = mostWarmUpMillis();
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

  private double mostWarmUpMillis() {
    return MOST_WARM_UP_TURNS * schedule.roundMillis();
  }

  /** Whoever needs so long for one unit gets one turn that counts, lest nobody sees the end. */
  private boolean isWarmAfterOneUnit(Competitor competitor) {
    return competitor.fastest() > mostWarmUpMillis();
  }

  private void takeTurns(int round) throws WorkerException {
    if (refrain.leftOut() == null) {
      settle();
      Worker.Run own = refrain.run(refrain.unitsIn(schedule.roundMillis()));
      Worker worker = refrain.worker();
      if (own == null || worker == null) {
        throw new WorkerException(String.valueOf(refrain.leftOut()));
      }
      refrain.keep(own);
      if (own.bytes() != null) {
        bytes.add((double) own.bytes() / own.units());
      }
      peaks.add(worker.peak());
    }
    for (Competitor peer : running()) {
      if (round > 1 && isWarmAfterOneUnit(peer)) {
        continue;
      }
      settle();
      Worker.Run run = peer.run(peer.unitsIn(schedule.roundMillis()));
      if (run != null) {
        peer.keep(run);
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

  /**
   * Each way in which a library does the work is a race of its own, since rows may ask for the best
   * of each way, and readers for that of each library.
   */
  private record Division(Library library, Workload workload, PeerVariant variant) {
    static Division of(Competitor peer) {
      PeerSetting setting = setting(peer);
      return new Division(setting.library(), setting.workload(), setting.variant());
    }
  }

  private void dropHopeless(ToDoubleFunction<Competitor> time) {
    Map<Division, Double> best = new HashMap<>();
    for (Competitor peer : running()) {
      best.merge(Division.of(peer), time.applyAsDouble(peer), Math::min);
    }
    for (Competitor peer : running()) {
      double limit = HOPELESS * best.getOrDefault(Division.of(peer), Double.NaN);
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

  private static PeerSetting setting(Competitor peer) {
    PeerSetting setting = peer.setting();
    if (setting == null) {
      throw new IllegalArgumentException(peer.label() + " is not a peer");
    }
    return setting;
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
        refrain.times(),
        bytes.median(),
        peaks.median(),
        refrain.leftOut(),
        peers.stream()
            .map(peer ->
                new RaceResult.PeerResult(peer.name(), setting(peer), peer.times(), peer.leftOut()))
            .toList());
  }

  @Override
  public void close() {
    refrain.close();
    peers.forEach(Competitor::close);
  }
}
