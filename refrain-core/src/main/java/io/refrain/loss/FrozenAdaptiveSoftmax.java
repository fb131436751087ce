package io.refrain.loss;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.FrozenLinear;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An {@link AdaptiveSoftmax} for inference: immutable, shared by any number of threads, with the
 * exact probabilities of all classes. No matrix of all classes times all values is made.
 */
public final class FrozenAdaptiveSoftmax {
  private final int classes;
  private final FrozenLinear head;
  private final List<FrozenLinear> projections = new ArrayList<>();
  private final List<FrozenLinear> words = new ArrayList<>();
  private final AdaptiveProbabilities probabilities;

  /** Room for the logits of some rows, which grows as needed; belongs to one thread at a time. */
  public static final class Room {
    private final List<float[]> logits = new ArrayList<>();
    private final List<float[]> projected = new ArrayList<>();
    private int rows;

    private Room() {}

    private void prepare(FrozenAdaptiveSoftmax softmax, int count) {
      if (count <= rows) {
        return;
      }
      rows = count;
      logits.clear();
      projected.clear();
      logits.add(new float[rows * softmax.head.out()]);
      for (int i = 0; i < softmax.words.size(); i++) {
        logits.add(new float[rows * softmax.words.get(i).out()]);
        projected.add(new float[rows * softmax.projections.get(i).out()]);
      }
    }
  }

  FrozenAdaptiveSoftmax(AdaptiveSoftmax softmax) {
    classes = softmax.classes();
    head = new FrozenLinear(softmax.head());
    for (AdaptiveSoftmax.Tail tail : softmax.tails()) {
      projections.add(new FrozenLinear(tail.projection()));
      words.add(new FrozenLinear(tail.words()));
    }
    probabilities = new AdaptiveProbabilities(softmax.options(), classes);
  }

  /** Room for this softmax. */
  public Room room() {
    return new Room();
  }

  /**
   * How many of so many threads make the probabilities of some rows sooner.
   *
   * @param available at least 1
   * @param rows at least 1
   */
  public int threads(int available, int rows) {
    int threads = head.threads(available, rows);
    for (FrozenLinear ofCluster : words) {
      threads = Math.max(threads, ofCluster.threads(available, rows));
    }
    return threads;
  }

  /**
   * Computes log P of every class.
   *
   * @param rows how many inputs, at least 1
   * @param x the inputs, [rows × in]
   * @param room of this softmax
   * @param team its threads share what is worth sharing; null for the calling thread alone. Changes
   *     no bit.
   * @param y [rows × classes]
   */
  public void logProbabilities(
      int rows, float[] x, Room room, @Nullable ThreadTeam team, float[] y) {
    room.prepare(this, rows);
    head.apply(rows, x, team, room.logits.getFirst());
    for (int i = 0; i < words.size(); i++) {
      projections.get(i).apply(rows, x, team, room.projected.get(i));
      words.get(i).apply(rows, room.projected.get(i), team, room.logits.get(i + 1));
    }
    if (team == null || rows == 1) {
      IntStream.range(0, rows).forEach(row -> probabilities.forward(room.logits, row, y));
    } else {
      team.forEach(rows, row -> probabilities.forward(room.logits, row, y));
    }
  }
}
