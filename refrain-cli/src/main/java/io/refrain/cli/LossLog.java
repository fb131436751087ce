package io.refrain.cli;

import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The losses that a run logged, in nats a token.
 *
 * @param training means over stretches of updates, each at the update that ends its stretch
 * @param validation as measured, or means of neighbours where there are very many
 * @param best the validation with the smallest loss, the first of equals
 */
record LossLog(List<Point> training, List<Point> validation, Optional<Point> best) {
  /** More points than a picture has columns only blur it. */
  private static final int MOST_POINTS = 800;

  /** A loss after some number of updates. */
  record Point(double update, double loss) {}

  /**
   * Reads the log of a run. Records without a finite loss are passed over.
   *
   * @param file {@code metrics.jsonl}
   */
  static LossLog read(Path file) throws IOException {
    List<Point> batches = new ArrayList<>();
    List<Point> epochs = new ArrayList<>();
    List<Point> validation = new ArrayList<>();
    for (JsonObject record : JsonLines.read(file)) {
      add(batches, record, "train_loss");
      add(epochs, record, "epoch_loss");
      add(validation, record, "validation_loss");
    }
    // A small corpus has an epoch of a few updates, so that its epochs say more.
    List<Point> training = epochs.size() > batches.size() ? epochs : batches;
    Optional<Point> best = validation.stream().min(Comparator.comparingDouble(Point::loss));
    return new LossLog(thinned(training), thinned(validation), best);
  }

  private static void add(List<Point> points, JsonObject record, String key) throws IOException {
    if (record.has(key)) {
      points.add(new Point(record.number("update"), record.number(key)));
    }
  }

  /** Averages neighbours until few enough points are left; the last point stays where it is. */
  private static List<Point> thinned(List<Point> points) {
    if (points.size() <= MOST_POINTS) {
      return List.copyOf(points);
    }
    int stride = Math.ceilDiv(points.size(), MOST_POINTS);
    List<Point> thinned = new ArrayList<>();
    for (int start = 0; start < points.size(); start += stride) {
      List<Point> group = points.subList(start, Math.min(start + stride, points.size()));
      double mean = group.stream().mapToDouble(Point::loss).average().orElseThrow();
      thinned.add(new Point(group.getLast().update(), mean));
    }
    return thinned;
  }

  /** {@return whether nothing was logged yet} */
  boolean isEmpty() {
    return training.isEmpty() && validation.isEmpty();
  }
}
