package io.refrain.bench;

import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.MergeTraining;
import io.refrain.bench.workload.OutputPass;
import io.refrain.bench.workload.PaddedPass;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.SequenceInference;
import io.refrain.bench.workload.TokenEncoding;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Workload;
import io.refrain.kernel.ThreadTeam;

/**
 * One case as Refrain does it: a model with its data, whose units of work can be timed.
 *
 * <p>It starts from {@link io.refrain.bench.workload.InitialWeights} and reads {@link
 * io.refrain.bench.workload.TokenBatches}, {@link io.refrain.bench.workload.FloatSequences} or
 * {@link io.refrain.bench.workload.OutputRows}, so that what it answers can be held against the
 * peers.
 */
interface BenchCase extends AutoCloseable {

  /**
   * Builds a case.
   *
   * @param threads how many threads it may use
   */
  static BenchCase open(Workload workload, int threads) {
    return switch (workload) {
      case TrainingStep step -> new TrainingCase(step, threads);
      case Generation generation -> new GenerationCase(generation, threads);
      case SequenceInference inference -> new InferenceCase(inference, threads);
      case RaggedPass ragged -> new RaggedCase(workload, ragged, true, threads);
      case OutputPass output -> new OutputCase(output, threads);
      case PaddedPass padded -> new RaggedCase(workload, padded.ragged(), false, threads);
      case TokenEncoding encoding -> new TokenEncodingCase(encoding);
      case MergeTraining training -> new MergeTrainingCase(training, threads);
    };
  }

  /**
   * Does the given number of units.
   *
   * @param units how many, at least 1
   * @return a figure that proves the work was done: the loss of the last training step in nats per
   *     token, the sum of the generated indices, the sum of the last hidden state of the last
   *     sequence, the global norm of the last pass's gradients, or the sum of the token ids
   */
  double run(int units);

  /** The threads that work: those whose allocations count, and on which the peak is measured. */
  ThreadTeam team();

  @Override
  void close();
}
