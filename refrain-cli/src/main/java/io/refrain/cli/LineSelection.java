package io.refrain.cli;

import io.refrain.evaluate.LineScore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Which scored lines are shown: all, the surprising ones, or the most surprising first. Empty lines
 * are surprising to nobody.
 */
final class LineSelection {
  /** The least surprising first; of equals the last. */
  private static final Comparator<Numbered> BY_SURPRISE =
      Comparator.<Numbered>comparingDouble(line -> line.score().score().bitsPerCharacter())
          .thenComparing(Comparator.comparingLong(Numbered::number).reversed());

  private final double threshold;
  private final int top;
  private final PriorityQueue<Numbered> kept = new PriorityQueue<>(BY_SURPRISE);

  /**
   * A line of a file.
   *
   * @param number from 1
   */
  record Numbered(long number, LineScore score) {}

  /**
   * A selection.
   *
   * @param threshold in bits a character; -∞ for all lines, those without a score among them
   * @param top how many, the most surprising first; 0 for all in their order
   */
  LineSelection(double threshold, int top) {
    this.threshold = threshold;
    this.top = top;
  }

  /** Takes the next line; returns those that can be shown now. */
  List<Numbered> add(Numbered line) {
    if (top == 0 && threshold == Double.NEGATIVE_INFINITY) {
      return List.of(line);
    }
    // An empty line shows nothing strange, and one without a score is not above anything.
    boolean surprising =
        !line.score().text().isEmpty() && line.score().score().bitsPerCharacter() >= threshold;
    if (top == 0) {
      return surprising ? List.of(line) : List.of();
    }
    if (surprising) {
      kept.add(line);
      if (kept.size() > top) {
        kept.poll();
      }
    }
    return List.of();
  }

  /** Those that had to wait until all lines were known. */
  List<Numbered> rest() {
    List<Numbered> ranked = new ArrayList<>(kept);
    ranked.sort(BY_SURPRISE.reversed());
    return ranked;
  }
}
