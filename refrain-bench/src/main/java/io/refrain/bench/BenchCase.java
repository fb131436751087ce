package io.refrain.bench;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.PaddedPass;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.SequenceInference;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Workload;
import io.refrain.kernel.ThreadTeam;

/**
 * One case as Refrain does it: a model with its data, whose units of work can be timed.
 *
 * <p>It starts from {@link io.refrain.bench.workload.InitialWeights} and reads {@link
 * io.refrain.bench.workload.TokenBatches} or {@link io.refrain.bench.workload.FloatSequences}, so
 * that what it answers can be held against the peers.
 */
interface BenchCase extends AutoCloseable {

  /**
   * Builds a case.
   *
   * @param threads how many threads it may use; generation always uses one
   */
  static BenchCase open(Workload workload, int threads) {
    return switch (workload) {
      case TrainingStep step -> new TrainingCase(step, threads);
      case Generation generation -> new GenerationCase(generation);
      case SequenceInference inference -> throw comesWith(inference.recurrent().cell());
      case RaggedPass ragged -> throw comesWith(ragged.recurrent().cell());
      case PaddedPass padded -> throw comesWith(padded.ragged().recurrent().cell());
    };
  }

  /** What Refrain's side of a case says until the library has its cell. */
  static UnsupportedOperationException comesWith(CellKind cell) {
    return new UnsupportedOperationException("Refrain's side comes with its cell " + cell);
  }

  /**
   * Does the given number of units.
   *
   * @param units how many, at least 1
   * @return a figure that proves the work was done: the loss of the last training step in nats per
   *     token, the sum of the generated indices, the sum of the last hidden state of the last
   *     sequence, or the global norm of the last pass's gradients
   */
  double run(int units);

  /** The threads that work: those whose allocations count, and on which the peak is measured. */
  ThreadTeam team();

  @Override
  void close();
}
