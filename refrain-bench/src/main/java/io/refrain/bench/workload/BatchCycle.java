package io.refrain.bench.workload;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Takes batches one after another, round and round, in the order that all who are compared keep.
 *
 * @param <B> a batch as its library wants it
 */
public final class BatchCycle<B> {
  private final List<B> batches;
  private int next;

  /**
   * Begins with the first batch.
   *
   * @param batches at least one
   */
  public BatchCycle(List<B> batches) {
    this.batches = List.copyOf(batches);
  }

  /**
   * Does training steps.
   *
   * @param steps how many
   * @param step does one and returns its loss
   * @return the loss of the last, NaN when there was none
   */
  public double run(int steps, ToDoubleFunction<B> step) {
    double loss = Double.NaN;
    for (int done = 0; done < steps; done++) {
      loss = step.applyAsDouble(batches.get(next));
      next = (next + 1) % batches.size();
    }
    return loss;
  }

  /** Gives every batch to somebody, such as what frees it. */
  public void forEach(Consumer<B> consumer) {
    batches.forEach(consumer);
  }
}
