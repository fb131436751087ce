package io.refrain.bench;

import io.refrain.bench.workload.BatchCycle;
import io.refrain.bench.workload.TokenBatches;
import io.refrain.bench.workload.Workload;
import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.CrossEntropy;
import io.refrain.nn.Parameter;
import io.refrain.optim.GradientNorm;
import io.refrain.optim.Sgd;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.SequencedMap;

/** The notebook's training step, made of the library's parts as a user would write it. */
final class TrainingCase implements BenchCase {

  private record Batch(int[] inputs, int[] targets) {}

  private final Workload workload;
  private final ThreadTeam team;
  private final Tape tape;
  private final BenchModel model;
  private final SequencedMap<String, Parameter> parameters;
  private final Sgd optimizer;
  private final BatchCycle<Batch> batches;

  TrainingCase(Workload workload, int threads) {
    this.workload = workload;
    team = new ThreadTeam(threads);
    tape = Tape.recording(team);
    model = new BenchModel(workload);
    parameters = model.parameters();
    optimizer = new Sgd(parameters);
    batches =
        new BatchCycle<>(
            TokenBatches.of(workload).stream()
                .map(batch -> new Batch(indices(batch.inputs()), indices(batch.targets())))
                .toList());
  }

  @Override
  public double run(int units) {
    return batches.run(units, this::step);
  }

  private double step(Batch batch) {
    tape.clear();
    Tensor logits = model.forward(tape, batch.inputs(), workload.steps(), workload.batch());
    Tensor loss = CrossEntropy.mean(tape, logits, batch.targets());
    optimizer.clearGradients();
    tape.backward(loss);
    double norm = GradientNorm.of(team, parameters.values());
    float scale = GradientNorm.clip(norm, Workload.CLIP_NORM);
    optimizer.step(team, Workload.LEARNING_RATE, scale);
    return loss.item();
  }

  @Override
  public ThreadTeam team() {
    return team;
  }

  @Override
  public void close() {
    team.close();
  }

  private static int[] indices(long[] tokens) {
    return Arrays.stream(tokens).mapToInt(Math::toIntExact).toArray();
  }
}
