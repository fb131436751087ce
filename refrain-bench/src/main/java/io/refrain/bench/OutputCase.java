package io.refrain.bench;

import io.refrain.bench.workload.OutputPass;
import io.refrain.bench.workload.OutputRows;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.loss.LinearCrossEntropy;
import io.refrain.loss.LogUniformSample;
import io.refrain.loss.SampledSoftmax;
import io.refrain.nn.Linear;
import io.refrain.nn.Module;
import io.refrain.optim.GradientNorm;
import io.refrain.tensor.DataParallel;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Forward and backward of an output layer over the two halves of a batch, as training does it. */
final class OutputCase implements BenchCase {
  private final ThreadTeam team;
  private final DataParallel parallel;
  private final Module module;
  private final Loss loss;
  private final int rows;
  private final List<Tensor> inputs = new ArrayList<>();
  private final List<int[]> targets = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(1);

  /** A loss of some rows; {@code draw} decides what is sampled. */
  private interface Loss {
    Tensor part(Tape tape, Tensor x, int[] targets, int rows, long draw);
  }

  OutputCase(OutputPass workload, int threads) {
    team = new ThreadTeam(threads);
    parallel = new DataParallel(team, workload.batch());
    rows = workload.rows();
    if (workload.kind() == OutputPass.Kind.ADAPTIVE) {
      AdaptiveSoftmax softmax =
          new AdaptiveSoftmax(
              workload.width(),
              workload.vocabulary(),
              new AdaptiveSoftmax.Options(OutputPass.CUTOFFS, OutputPass.DIV_VALUE, false),
              new SplittableRandom(0));
      module = softmax;
      loss = (tape, x, words, all, _) -> softmax.part(tape, x, words, all);
    } else {
      Linear linear = new Linear(workload.width(), workload.vocabulary(), new SplittableRandom(0));
      module = linear;
      loss =
          workload.kind() == OutputPass.Kind.FULL
              ? (tape, x, words, all, _) -> LinearCrossEntropy.part(tape, x, linear, words, all)
              : (tape, x, words, all, draw) ->
                  SampledSoftmax.part(tape, x, linear, words, all, sample(workload, draw));
    }
    BenchModel.assign(workload, module);
    cut(workload);
  }

  private static LogUniformSample sample(OutputPass workload, long draw) {
    return LogUniformSample.draw(
        workload.vocabulary(), OutputPass.SAMPLES, new SplittableRandom(draw));
  }

  private void cut(OutputPass workload) {
    OutputRows data = OutputRows.of(workload);
    int width = workload.width();
    for (int shard = 0; shard < parallel.shards(); shard++) {
      int first = parallel.firstRow(shard) * workload.steps();
      int end = first + parallel.rows(shard) * workload.steps();
      float[] values = Arrays.copyOfRange(data.values(), first * width, end * width);
      inputs.add(Tensor.variable(values, end - first, width));
      targets.add(Arrays.stream(data.targets(), first, end).mapToInt(Math::toIntExact).toArray());
    }
  }

  @Override
  public double run(int units) {
    for (int unit = 0; unit < units; unit++) {
      module.parameters().values().forEach(parameter -> parameter.tensor().clearGradient());
      inputs.forEach(Tensor::clearGradient);
      long draw = random.nextLong();
      parallel.backward((tape, shard) ->
          loss.part(tape, inputs.get(shard), targets.get(shard), rows, draw + shard));
    }
    double squares = Math.pow(GradientNorm.of(team, module.parameters().values()), 2);
    for (Tensor input : inputs) {
      squares += Kernels.get().squaredNorm(input.gradient(), 0, input.size());
    }
    return Math.sqrt(squares);
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
