package io.refrain.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Recognises exploding and vanishing gradients and saturated layers from what updates and
 * {@linkplain Probe probes} see. Depends on these figures and their order alone; it changes nothing
 * in training and begins anew where a run is resumed.
 *
 * <p>What is found is told when it begins, and again only if it ceased in between and was not told
 * of for {@value #SILENCE} updates.
 *
 * <p>Bengio, Simard and Frasconi (1994) and Pascanu, Mikolov and Bengio (2013) say what explodes
 * and vanishes and why; no paper says from where on it is an illness. These limits stand well away
 * from what sound trainings of all cells showed, above all in their first updates, when hardly
 * anything but the frequency of tokens is learned: whatever passes by itself must not be told.
 */
final class Diagnosis {
  /** Updates from one probe to the next: a probe costs an eighth of an update of 32 rows or so. */
  static final int PROBE_EVERY = 50;

  /** A gradient this many times longer than the clip is no gradient any more but a direction. */
  static final double CLIPPED_HARD = 10;

  /** Updates that are looked at for clipping, of which {@link #NEARLY_ALL} must be clipped hard. */
  static final int WINDOW = 50;

  static final int NEARLY_ALL = 45;

  /** Updates whose median is compared with that of the window before them: no single spike. */
  static final int RECENT = 10;

  /** Sound trainings were seen to grow tenfold as they begin to learn. */
  static final double GROWN = 100;

  /** A gradient that is shorter does no harm, however short it was before. */
  static final double LEAST_LENGTH = 1;

  /** What is left of a gradient where it is no longer felt. */
  static final double FELT = 1e-3;

  /**
   * The share of the time steps that a gradient must at least be felt for: with less, nine tenths
   * of the steps serve nothing. Sound trainings over 48 steps had as few as 4 at times in their
   * first 200 updates, and then 10 to 20.
   */
  static final double LEAST_REACH = 0.1;

  /** With fewer steps, a tenth of them is hardly one. */
  static final int LEAST_STEPS = 20;

  /** Two layers were seen to have a fortieth, twelve that learned nothing a millionth. */
  static final double LEAST_SHARE = 1e-4;

  /** Sound layers were seen to have a third of their units stuck; see {@link #PROBES}. */
  static final double MOST_STUCK = 0.5;

  /**
   * Probes in a row that must agree, 500 updates: stacks of three tanh layers were seen to be stuck
   * for some 300 before they began to learn. Of four or five such layers some took longer and were
   * warned of, which is true and comes early.
   */
  static final int PROBES = 10;

  /** Updates in which nothing is told twice. */
  static final int SILENCE = 2000;

  /** The shares of a layer that can be stuck. */
  private static final Map<Finding.Kind, ToDoubleFunction<Probe.Layer>> STUCK =
      new EnumMap<>(
          Map.of(
              Finding.Kind.SATURATED_OUTPUT, Probe.Layer::saturated,
              Finding.Kind.SATURATED_GATES, Probe.Layer::stuckGates,
              Finding.Kind.DEAD_UNITS, Probe.Layer::dead));

  private final double clip;
  private final double[] lengths = new double[WINDOW + RECENT]; // a ring
  private long updates;
  private final Map<Finding.Kind, Course> courses = new EnumMap<>(Finding.Kind.class);

  /** How something that may be found has gone so far. */
  private static final class Course {
    private int inRow;
    private boolean present;
    private long toldAt = -SILENCE;
  }

  /**
   * Begins.
   *
   * @param clip the longest that a gradient may be; infinite for no limit
   */
  Diagnosis(double clip) {
    this.clip = clip;
  }

  /**
   * Looks at an update.
   *
   * @param update its number
   * @param made of finite length
   */
  List<Finding> updated(long update, TrainingListener.Update made) {
    lengths[(int) (updates++ % lengths.length)] = made.gradientNorm();
    List<Finding> findings = new ArrayList<>();
    String longest =
        made.gradientNorms().entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse("");
    tell(Finding.Kind.EXPLODING_CLIPPED, 1, update, longest, clippedBy(), findings);
    tell(Finding.Kind.EXPLODING_GROWN, 1, update, longest, grownBy(), findings);
    return findings;
  }

  /** How many times too long gradients are; NaN when they are sound. */
  private double clippedBy() {
    if (updates < WINDOW || made(1) <= CLIPPED_HARD * clip) {
      return Double.NaN; // the last one tells of most updates that there is nothing to count
    }
    int hard = 0;
    for (int back = 1; back <= WINDOW; back++) {
      hard += made(back) > CLIPPED_HARD * clip ? 1 : 0;
    }
    return hard >= NEARLY_ALL ? median(1, WINDOW) / clip : Double.NaN;
  }

  /** How many times longer gradients have become; NaN when they are sound. */
  private double grownBy() {
    double least = Math.min(clip, LEAST_LENGTH);
    if (updates < lengths.length || made(1) <= least) {
      return Double.NaN;
    }
    double now = median(1, RECENT);
    double before = median(RECENT + 1, WINDOW);
    return now > least && now >= GROWN * before ? now / before : Double.NaN;
  }

  /** The length of the gradient of one of the last updates, 1 being the last. */
  private double made(int back) {
    return lengths[(int) ((updates - back) % lengths.length)];
  }

  private double median(int from, int count) {
    double[] sorted = new double[count];
    for (int i = 0; i < count; i++) {
      sorted[i] = made(from + i);
    }
    Arrays.sort(sorted);
    return sorted[count / 2];
  }

  /**
   * Looks at a probe.
   *
   * @param update the number of the update before it
   * @param layers from below
   */
  List<Finding> probed(long update, List<Probe.Layer> layers) {
    List<Finding> findings = new ArrayList<>();
    boolean stuck = false;
    for (Map.Entry<Finding.Kind, ToDoubleFunction<Probe.Layer>> share : STUCK.entrySet()) {
      stuck |= stuck(share.getKey(), update, layers, share.getValue(), findings);
    }
    // Units that are stuck let no gradient through: then that it vanishes is no news.
    time(update, layers, stuck, findings);
    depth(update, layers, stuck, findings);
    return findings;
  }

  /** One layer that remembers is enough. */
  private void time(long update, List<Probe.Layer> layers, boolean stuck, List<Finding> findings) {
    Probe.Layer farthest = largest(layers, Diagnosis::reach);
    int steps = farthest.stepGradients().size();
    int reach = reach(farthest);
    boolean sick = !stuck && steps >= LEAST_STEPS && reach < LEAST_REACH * steps;
    tell(
        Finding.Kind.VANISHING_IN_TIME,
        PROBES,
        update,
        farthest.name(),
        sick ? reach : Double.NaN,
        findings);
  }

  /** How many steps before the last one its loss is felt. */
  private static int reach(Probe.Layer layer) {
    List<Double> lengths = layer.stepGradients();
    double least = FELT * lengths.getLast();
    int first = 0;
    while (first < lengths.size() - 1 && !(lengths.get(first) > 0 && lengths.get(first) >= least)) {
      first++;
    }
    return lengths.size() - 1 - first;
  }

  private void depth(long update, List<Probe.Layer> layers, boolean stuck, List<Finding> findings) {
    double top = layers.getLast().gradient();
    Probe.Layer weakest = largest(layers, layer -> -layer.gradient());
    double share = weakest.gradient() / top; // NaN where nothing flows at all
    tell(
        Finding.Kind.VANISHING_IN_DEPTH,
        PROBES,
        update,
        weakest.name(),
        !stuck && share < LEAST_SHARE ? share : Double.NaN,
        findings);
  }

  private boolean stuck(
      Finding.Kind kind,
      long update,
      List<Probe.Layer> layers,
      ToDoubleFunction<Probe.Layer> share,
      List<Finding> findings) {
    Probe.Layer worst = largest(layers, share);
    double most = share.applyAsDouble(worst);
    boolean sick = most > MOST_STUCK;
    tell(kind, PROBES, update, worst.name(), sick ? most : Double.NaN, findings);
    return sick;
  }

  /** The first of the layers with the largest value. */
  private static Probe.Layer largest(
      List<Probe.Layer> layers, ToDoubleFunction<Probe.Layer> value) {
    Optional<Probe.Layer> largest =
        layers.reversed().stream().max(Comparator.comparingDouble(value));
    return largest.orElseThrow();
  }

  /**
   * Tells of what has been there often enough in a row, if it was not told of already.
   *
   * @param figure NaN when there is nothing to tell
   */
  private void tell(
      Finding.Kind kind,
      int inRow,
      long update,
      String layer,
      double figure,
      List<Finding> findings) {
    Course course = courses.computeIfAbsent(kind, ignored -> new Course());
    if (Double.isNaN(figure)) {
      course.inRow = 0;
      course.present = false;
      return;
    }
    course.inRow++;
    if (course.inRow < inRow || course.present) {
      return;
    }
    course.present = true;
    if (update - course.toldAt >= SILENCE) {
      course.toldAt = update;
      findings.add(new Finding(kind, layer, figure));
    }
  }
}
