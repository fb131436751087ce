package io.refrain.train;

import io.refrain.data.Epoch;
import io.refrain.data.TokenBatch;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.optim.Clipping;
import io.refrain.optim.GradientNorm;
import io.refrain.optim.Optimizer;
import java.util.Collection;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One update of a model's weights: some batches, the mean of their gradients, clipped. */
final class TrainingStep {
  private final Batching batching;
  private final Clipping clipping;
  private final long seed;
  private final ThreadTeam team;
  private final Collection<Parameter> parameters;
  private final SequencedMap<String, Collection<Parameter>> layers;
  private final SoundWeights soundWeights;
  private final TruncatedBptt bptt;
  private final Optimizer optimizer;
  private final TokenBatch batch;

  /**
   * What an update came to.
   *
   * @param batches that it was made of
   * @param lossSum of them, in nats a token
   * @param norms of their mean gradient, before clipping: of all of it and of each layer's
   */
  record Result(int batches, double lossSum, GradientNorm.OfGroups norms) {
    double loss() {
      return lossSum / batches;
    }
  }

  TrainingStep(TrainingConfig config, LanguageModel model, ThreadTeam team) {
    batching = config.batching();
    clipping = config.clipping();
    seed = config.seed();
    this.team = team;
    parameters = model.parameters().values();
    layers = model.layers();
    soundWeights = new SoundWeights(model.parameters());
    optimizer = config.optimizer().create(model.parameters());
    bptt = new TruncatedBptt(model, batching.steps(), batching.batch(), team);
    batch = new TokenBatch(batching.steps(), batching.batch());
  }

  Optimizer optimizer() {
    return optimizer;
  }

  /**
   * Makes an update.
   *
   * @param first the first of its batches in the epoch
   * @param update its number, from 1
   * @throws TrainingDivergedException rather than let the step spoil the weights
   */
  Result update(Epoch epoch, int first, long update, double learningRate) {
    if (first == 0) {
      bptt.reset();
    }
    optimizer.clearGradients();
    int batches = Math.min(batching.accumulate(), epoch.batches() - first);
    double lossSum = 0;
    // What is dropped in an update depends on the seed and its number alone.
    RandomGenerator random = new SplittableRandom(seed ^ (0x5DEECE66DL * update));
    for (int i = 0; i < batches; i++) {
      epoch.fill(first + i, batch);
      lossSum += bptt.backward(batch, random);
      if (batching.carryState()) {
        bptt.carry();
      }
    }
    // The sum's gradient divided by their number is what loss / number would have had flow back.
    GradientNorm.OfGroups sumNorms = GradientNorm.ofGroups(team, layers);
    double sumNorm = sumNorms.all();
    Result result = new Result(batches, lossSum, sumNorms.dividedBy(batches));
    soundWeights.requireGradient(update, result.loss(), sumNorm, learningRate);
    float scale = clipping.apply(team, parameters, sumNorm, batches);
    optimizer.step(team, learningRate, scale);
    return result;
  }

  /** The batch that was read last. */
  TokenBatch lastBatch() {
    return batch;
  }

  /** A copy of the recurrent state before the next batch. */
  RecurrentState state() {
    return bptt.state();
  }

  /** Goes on from a recurrent state, where states are carried. */
  void restore(RecurrentState state) {
    if (batching.carryState()) {
      bptt.restore(state);
    }
  }
}
