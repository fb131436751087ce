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
  private final Surprise by;
  private final double threshold;
  private final int top;

  /** The least surprising first; of equals the last. */
  private final Comparator<Numbered> bySurprise;

  private final PriorityQueue<Numbered> kept;

  /** What makes a line surprising, in bits. */
  enum Surprise {
    /** The mean of its characters. */
    LINE {
      @Override
      double bits(LineScore line) {
        return line.score().bitsPerCharacter();
      }
    },

    /** The token that was expected least. */
    TOKEN {
      @Override
      double bits(LineScore line) {
        return line.leastLikely()
            .map(token -> -token.logProbability() / Math.log(2))
            .orElse(Double.NaN);
      }
    };

    /** NaN where the line has no score. */
    abstract double bits(LineScore line);
  }

  /**
   * A line of a file.
   *
   * @param number from 1
   */
  record Numbered(long number, LineScore score) {}

  /**
   * A selection.
   *
   * @param threshold in bits; -∞ for all lines, those without a score among them
   * @param top how many, the most surprising first; 0 for all in their order
   */
  LineSelection(Surprise by, double threshold, int top) {
    this.by = by;
    this.threshold = threshold;
    this.top = top;
    bySurprise =
        Comparator.<Numbered>comparingDouble(line -> by.bits(line.score()))
            .thenComparing(Comparator.comparingLong(Numbered::number).reversed());
    kept = new PriorityQueue<>(bySurprise);
  }

  /** Whether every line is shown as soon as it is known. */
  boolean isOfAll() {
    return top == 0 && threshold == Double.NEGATIVE_INFINITY;
  }

  /** Whether all lines must be known before one is shown. */
  boolean waitsForAll() {
    return top > 0;
  }

  /** Takes the next line; returns those that can be shown now. */
  List<Numbered> add(Numbered line) {
    if (isOfAll()) {
      return List.of(line);
    }
    // An empty line shows nothing strange, and one without a score is not above anything.
    boolean surprising = !line.score().text().isEmpty() && by.bits(line.score()) >= threshold;
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
    ranked.sort(bySurprise.reversed());
    return ranked;
  }
}
