package io.refrain.bench;

import io.refrain.bench.workload.Workload;
import io.refrain.kernel.ThreadTeam;

/**
 * One case as Refrain does it: a model with its data, whose units of work can be timed.
 *
 * <p>It starts from {@link io.refrain.bench.workload.InitialWeights} and, in training, reads {@link
 * io.refrain.bench.workload.TokenBatches}, so that what it answers can be held against the peers.
 */
interface BenchCase extends AutoCloseable {

  /**
   * Builds a case.
   *
   * @param threads how many threads training may use; generation always uses one
   */
  static BenchCase open(Workload workload, int threads) {
    return switch (workload.unit()) {
      case TRAINING_STEP -> new TrainingCase(workload, threads);
      case GENERATED_CHARACTER -> new GenerationCase(workload);
    };
  }

  /**
   * Does the given number of units: training steps, or generated characters.
   *
   * @param units how many, at least 1
   * @return a figure that proves the work was done: the loss of the last training step in nats per
   *     token, or the sum of the generated indices
   */
  double run(int units);

  /** The threads that work: those whose allocations count, and on which the peak is measured. */
  ThreadTeam team();

  @Override
  void close();
}
