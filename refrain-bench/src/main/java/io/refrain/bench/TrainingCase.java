package io.refrain.bench;

import io.refrain.bench.workload.BatchCycle;
import io.refrain.bench.workload.TokenBatches;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Update;
import io.refrain.data.TokenBatch;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Parameter;
import io.refrain.optim.Adam;
import io.refrain.optim.GradientNorm;
import io.refrain.optim.Optimizer;
import io.refrain.optim.Sgd;
import io.refrain.train.TruncatedBptt;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/** A training step, made of the library's parts as its trainer makes it. */
final class TrainingCase implements BenchCase {
  private final TrainingStep workload;
  private final ThreadTeam team;
  private final SequencedMap<String, Parameter> parameters;
  private final TruncatedBptt bptt;
  private final Optimizer optimizer;
  private final BatchCycle<TokenBatch> batches;
  private final SplittableRandom random = new SplittableRandom(1);

  TrainingCase(TrainingStep workload, int threads) {
    this.workload = workload;
    team = new ThreadTeam(threads);
    LanguageModel model = BenchModel.of(workload);
    parameters = model.parameters();
    bptt = new TruncatedBptt(model, workload.steps(), workload.batch(), team);
    optimizer =
        switch (workload.update()) {
          case SGD -> new Sgd(parameters);
          case ADAM -> new Adam(parameters, Adam.Options.adam());
        };
    batches = new BatchCycle<>(TokenBatches.of(workload).stream().map(this::tokenBatch).toList());
  }

  private TokenBatch tokenBatch(TokenBatches.Batch tokens) {
    TokenBatch batch = new TokenBatch(workload.steps(), workload.batch());
    for (int at = 0; at < tokens.inputs().length; at++) {
      batch.inputs()[at] = Math.toIntExact(tokens.inputs()[at]);
      batch.targets()[at] = Math.toIntExact(tokens.targets()[at]);
    }
    return batch;
  }

  @Override
  public double run(int units) {
    return batches.run(units, this::step);
  }

  private double step(TokenBatch batch) {
    optimizer.clearGradients();
    float loss = bptt.backward(batch, random); // from zeros: the state is not carried
    double norm = GradientNorm.of(team, parameters.values());
    float scale = GradientNorm.clip(norm, Update.CLIP_NORM);
    optimizer.step(team, workload.update().learningRate(), scale);
    return loss;
  }

  @Override
  public ThreadTeam team() {
    return team;
  }

  @Override
  public void close() {
    team.close();
  }
}
