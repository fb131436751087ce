package io.refrain.bench;

import java.util.List;

/** Writes results as they come. */
interface Report {

  /**
   * Writes the rows of one race.
   *
   * @param comparisons the rows that were asked for
   */
  void add(RaceResult result, List<Comparison> comparisons);
}
