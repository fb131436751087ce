package io.refrain.nn.recurrent;

import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How the caller's batch becomes the rows of a {@link Timeline} and back: time first, sequences
 * sorted by falling length, padding left out.
 */
final class Layout {
  private final Timeline timeline;
  private final int steps;
  private final int batch;
  private final boolean batchFirst;

  /** The caller's number of each sorted row; null where they are the same. */
  private final int @Nullable [] order;

  /** For each row of the timeline, its place in the caller's batch; null where it is the same. */
  private final int @Nullable [] places;

  private Layout(
      Timeline timeline, int steps, int batch, boolean batchFirst, int @Nullable [] order) {
    this.timeline = timeline;
    this.steps = steps;
    this.batch = batch;
    this.batchFirst = batchFirst;
    this.order = order;
    places = order == null && !batchFirst ? null : places();
  }

  static Layout of(Sequences sequences, boolean batchFirst) {
    int steps = sequences.steps(batchFirst);
    int batch = sequences.batch(batchFirst);
    int[] lengths = sequences.lengths(batchFirst);
    if (lengths == null) {
      return new Layout(Timeline.even(steps, batch), steps, batch, batchFirst, null);
    }
    int[] order =
        IntStream.range(0, batch)
            .boxed()
            .sorted(Comparator.comparingInt(row -> -lengths[row])) // stable
            .mapToInt(row -> row)
            .toArray();
    int[] falling = Arrays.stream(order).map(row -> lengths[row]).toArray();
    return new Layout(Timeline.of(falling), steps, batch, batchFirst, order);
  }

  Timeline timeline() {
    return timeline;
  }

  private int callersRow(int sorted) {
    return order == null ? sorted : order[sorted];
  }

  private int callersPlace(int t, int row) {
    return batchFirst ? row * steps + t : t * batch + row;
  }

  private int[] places() {
    int[] result = new int[timeline.size()];
    for (int t = 0; t < timeline.steps(); t++) {
      for (int row = 0; row < timeline.rows(t); row++) {
        result[timeline.start(t) + row] = callersPlace(t, callersRow(row));
      }
    }
    return result;
  }

  /** What the lowest layer reads. */
  SequenceInput input(Tape tape, Sequences sequences) {
    Tensor x = sequences.vectors();
    if (x != null) {
      return new SequenceInput.Dense(
          places == null ? x : Rows.take(tape, x, places, timeline.size(), x.length(2)));
    }
    int[] indices = Objects.requireNonNull(sequences.indices());
    return new SequenceInput.Indices(
        places == null ? indices : Arrays.stream(places).map(place -> indices[place]).toArray());
  }

  /** [rows of the timeline, width] → [steps, batch, width], or batch first; padding is zeros. */
  Tensor output(Tape tape, Tensor x) {
    if (places == null) {
      return x;
    }
    int width = x.length(x.rank() - 1);
    int[] rows = new int[steps * batch];
    Arrays.fill(rows, Rows.NONE);
    for (int row = 0; row < places.length; row++) {
      rows[places[row]] = row;
    }
    return batchFirst
        ? Rows.take(tape, x, rows, batch, steps, width)
        : Rows.take(tape, x, rows, steps, batch, width);
  }

  /** A state of the caller's rows [batch, width] for the rows of the timeline. */
  Tensor stateIn(Tape tape, Tensor state) {
    return order == null ? state : Rows.take(tape, state, order, state.shape());
  }

  /** The opposite of {@link #stateIn}. */
  Tensor stateOut(Tape tape, Tensor state) {
    if (order == null) {
      return state;
    }
    int[] inverse = new int[batch];
    for (int row = 0; row < batch; row++) {
      inverse[order[row]] = row;
    }
    return Rows.take(tape, state, inverse, state.shape());
  }

  /** Where the rows of each step begin, in values of a tensor [rows of the timeline, width]. */
  int[] stepStarts(int width) {
    int[] starts = new int[timeline.steps() + 1];
    for (int t = 1; t < starts.length; t++) {
      starts[t] = (timeline.start(t - 1) + timeline.rows(t - 1)) * width;
    }
    return starts;
  }
}
