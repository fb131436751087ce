package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Figures made by hand, at both sides of each limit. */
class DiagnosisTest {
  private final List<Long> times = new ArrayList<>();

  private static TrainingListener.Update update(double lower, double upper) {
    SequencedMap<String, Double> norms = new LinkedHashMap<>();
    norms.put("rnn.l0", lower);
    norms.put("linear", upper);
    return new TrainingListener.Update(1, 1, Math.hypot(lower, upper), norms, 1);
  }

  /** Findings in updates whose gradients, nearly all of the lower layer, have these lengths. */
  private List<Finding> updated(Diagnosis diagnosis, int updates, IntToDoubleFunction length) {
    List<Finding> findings = new ArrayList<>();
    for (int i = 1; i <= updates; i++) {
      List<Finding> found = diagnosis.updated(i, update(length.applyAsDouble(i), 1e-9));
      for (Finding finding : found) {
        times.add((long) i);
        findings.add(finding);
      }
    }
    return findings;
  }

  private static Probe.Layer layer(String name, double gradient, List<Double> steps) {
    return new Probe.Layer(name, steps, gradient, 0, 0, 0);
  }

  private static Probe.Layer sound(String name) {
    return layer(name, 1, Collections.nCopies(30, 1.0));
  }

  /** Gradients of a last step that are felt for some steps before it. */
  private static List<Double> felt(int steps, int reach) {
    return DoubleStream.iterate(0, i -> i < steps, i -> i + 1)
        .mapToObj(i -> i < steps - 1 - reach ? 0.99e-3 : i < steps - 1 ? 1e-3 : 1)
        .toList();
  }

  private List<Finding> probed(int probes, List<Probe.Layer> layers) {
    Diagnosis diagnosis = new Diagnosis(1);
    List<Finding> findings = new ArrayList<>();
    for (int i = 1; i <= probes; i++) {
      long update = (long) i * Diagnosis.PROBE_EVERY;
      for (Finding finding : diagnosis.probed(update, layers)) {
        times.add(update);
        findings.add(finding);
      }
    }
    return findings;
  }

  @Test
  void tenTimesTheClipInNearlyAllUpdatesIsExploding() {
    assertThat(updated(new Diagnosis(0.5), 500, i -> 5)).isEmpty();
    assertThat(updated(new Diagnosis(0.5), 500, i -> i % 10 == 0 ? 0.1 : 5.1))
        .containsExactly(new Finding(Finding.Kind.EXPLODING_CLIPPED, "rnn.l0", 10.2));
    assertThat(times).containsExactly(51L); // the fiftieth was short
    assertThat(updated(new Diagnosis(0.5), 500, i -> i % 8 == 0 ? 0.1 : 5.1)).isEmpty();
    assertThat(updated(new Diagnosis(Double.POSITIVE_INFINITY), 500, i -> 1e30)).isEmpty();
  }

  @Test
  void aHundredTimesLongerWithinTenUpdatesIsExploding() {
    IntToDoubleFunction grown = i -> i > 100 ? 150 : 1.5;
    assertThat(updated(new Diagnosis(Double.POSITIVE_INFINITY), 120, grown))
        .containsExactly(new Finding(Finding.Kind.EXPLODING_GROWN, "rnn.l0", 100));
    assertThat(times).containsExactly(105L);
    assertThat(updated(new Diagnosis(Double.POSITIVE_INFINITY), 120, i -> i > 100 ? 149 : 1.5))
        .isEmpty();
    assertThat(updated(new Diagnosis(Double.POSITIVE_INFINITY), 120, i -> i % 100 < 4 ? 1e9 : 1.5))
        .as("spikes")
        .isEmpty();
    assertThat(updated(new Diagnosis(Double.POSITIVE_INFINITY), 120, i -> i > 100 ? 0.99 : 1e-6))
        .as("short gradients")
        .isEmpty();
  }

  @Test
  void namesTheLayerWithTheLongestGradient() {
    Diagnosis diagnosis = new Diagnosis(1);
    List<Finding> findings = new ArrayList<>();
    for (int i = 1; i <= 50; i++) {
      findings.addAll(diagnosis.updated(i, update(30, 40)));
    }
    assertThat(findings).containsExactly(new Finding(Finding.Kind.EXPLODING_CLIPPED, "linear", 50));
  }

  @Test
  void isToldOnceAndAgainOnlyAfterALongSoundTime() {
    Diagnosis diagnosis = new Diagnosis(1);
    IntToDoubleFunction sickInEveryOtherHundred = i -> i / 100 % 2 == 0 ? 20 : 0.5;
    updated(diagnosis, 5000, sickInEveryOtherHundred);
    assertThat(times).containsExactly(50L, 2244L, 4244L);
    times.clear();
    updated(new Diagnosis(1), 5000, i -> 20);
    assertThat(times).containsExactly(50L);
  }

  @ParameterizedTest
  @CsvSource({"100, 10, false", "100, 9, true", "21, 3, false", "21, 2, true", "19, 0, false"})
  void aTenthOfTheStepsMustFeelALoss(int steps, int reach, boolean told) {
    Finding finding = new Finding(Finding.Kind.VANISHING_IN_TIME, "rnn.l0", reach);
    List<Probe.Layer> layers = List.of(layer("rnn.l0", 1, felt(steps, reach)));
    assertThat(probed(Diagnosis.PROBES - 1, layers)).isEmpty();
    assertThat(probed(100, layers)).isEqualTo(told ? List.of(finding) : List.of());
  }

  @Test
  void oneLayerThatRemembersIsEnough() {
    Probe.Layer forgets = layer("rnn.l0", 1, felt(100, 2));
    assertThat(probed(20, List.of(forgets, layer("rnn.l1", 1, felt(100, 30))))).isEmpty();
    assertThat(probed(20, List.of(forgets, layer("rnn.l1", 1, felt(100, 4)))))
        .containsExactly(new Finding(Finding.Kind.VANISHING_IN_TIME, "rnn.l1", 4));
  }

  @Test
  void aGradientOfNothingIsFeltNowhere() {
    assertThat(probed(20, List.of(layer("rnn.l0", 0, Collections.nCopies(30, 0.0)))))
        .containsExactly(new Finding(Finding.Kind.VANISHING_IN_TIME, "rnn.l0", 0));
  }

  @Test
  void aTenThousandthMustComeDown() {
    List<Double> steps = Collections.nCopies(30, 1.0);
    Probe.Layer top = layer("rnn.l2", 4, steps);
    Probe.Layer middle = layer("rnn.l1", 1, steps);
    assertThat(probed(20, List.of(layer("rnn.l0", 4e-4, steps), middle, top))).isEmpty();
    assertThat(probed(20, List.of(layer("rnn.l0", 2e-4, steps), middle, top)))
        .containsExactly(new Finding(Finding.Kind.VANISHING_IN_DEPTH, "rnn.l0", 2e-4 / 4));
    assertThat(times).containsExactly((long) Diagnosis.PROBES * Diagnosis.PROBE_EVERY);
  }

  @ParameterizedTest
  @EnumSource(names = {"SATURATED_OUTPUT", "SATURATED_GATES", "DEAD_UNITS"})
  void halfOfTheUnitsMayBeStuck(Finding.Kind kind) {
    assertThat(probed(20, List.of(sound("rnn.l0"), stuck(kind, 0.5)))).isEmpty();
    assertThat(probed(20, List.of(sound("rnn.l0"), stuck(kind, 0.51))))
        .containsExactly(new Finding(kind, "rnn.l1", 0.51));
  }

  /** Whatever is stuck, nothing flows: the cause is told, not its consequences. */
  private static Probe.Layer stuck(Finding.Kind kind, double share) {
    boolean sick = share > 0.5;
    return new Probe.Layer(
        "rnn.l1",
        felt(30, sick ? 0 : 29),
        sick ? 1e6 : 1,
        kind == Finding.Kind.SATURATED_OUTPUT ? share : 0,
        kind == Finding.Kind.DEAD_UNITS ? share : 0,
        kind == Finding.Kind.SATURATED_GATES ? share : 0);
  }

  @Test
  void aSoundProbeBeginsTheCountAnew() {
    Diagnosis diagnosis = new Diagnosis(1);
    for (int i = 1; i <= 40; i++) {
      Probe.Layer layer =
          i % Diagnosis.PROBES == 0 ? sound("rnn.l1") : stuck(Finding.Kind.DEAD_UNITS, 0.9);
      assertThat(diagnosis.probed(i * 50L, List.of(layer))).isEmpty();
    }
  }

  @Test
  void kindsHaveNamesForFiles() {
    assertThat(Finding.Kind.VANISHING_IN_TIME.label()).isEqualTo("vanishing-in-time");
  }
}
