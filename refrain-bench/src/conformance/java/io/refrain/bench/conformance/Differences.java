package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares Refrain's numbers with libtorch's, and remembers the largest difference of each kind.
 */
final class Differences {
  private final String title;
  private final Map<String, Largest> largest = new TreeMap<>();

  private record Largest(double difference, String where) {}

  /** Differences to be reported under a title. */
  Differences(String title) {
    this.title = title;
  }

  /**
   * Demands the same shape, and no error larger than {@code tolerance} times the largest expected
   * magnitude.
   *
   * @param kind of number, for the report
   * @param where in words, for messages
   */
  void assertClose(String kind, String where, Shaped actual, Shaped expected, double tolerance) {
    assertClose(kind, where, actual, expected, tolerance, 0);
  }

  /** The same, where the largest expected magnitude counts as no less than {@code least}. */
  void assertClose(
      String kind, String where, Shaped actual, Shaped expected, double tolerance, double least) {
    assertThat(actual.shape()).as("shape of %s", where).isEqualTo(expected.shape());
    double error = 0;
    for (int i = 0; i < expected.values().length; i++) {
      // Math.max keeps a NaN, whatever follows it; a comparison would lose it.
      error = Math.max(error, Math.abs((double) actual.values()[i] - expected.values()[i]));
    }
    assertWithin(kind, where, error, tolerance, Math.max(least, expected.magnitude()));
  }

  /** Demands that a number lies within {@code tolerance} times {@code magnitude} of another. */
  void assertClose(
      String kind,
      String where,
      double actual,
      double expected,
      double tolerance,
      double magnitude) {
    assertWithin(kind, where, Math.abs(actual - expected), tolerance, magnitude);
  }

  private void assertWithin(
      String kind, String where, double error, double tolerance, double magnitude) {
    assertThat(error)
        .as("%s: largest error, where the largest value is %s", where, magnitude)
        .isLessThanOrEqualTo(tolerance * magnitude);
    Largest found = new Largest(error == 0 ? 0 : error / magnitude, where);
    largest.merge(kind, found, (a, b) -> a.difference() >= b.difference() ? a : b);
  }

  /** One line for each kind of number. */
  void report() {
    largest.forEach((kind, entry) ->
        System.out.printf(
            Locale.ROOT,
            "%s: largest relative difference of %s %.1e (%s)%n",
            title,
            kind,
            entry.difference(),
            entry.where()));
  }
}
