package io.refrain.bench;

import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.Workload;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.nn.recurrent.Sequences;
import io.refrain.optim.GradientNorm;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.IntConsumer;

/** Forward and backward of a batch of sequences, with their lengths or with their padding. */
final class RaggedCase implements BenchCase {
  private static final Kernels KERNELS = Kernels.get();

  private final ThreadTeam team;
  private final Tape tape;
  private final RecurrentStack stack;
  private final Collection<Parameter> parameters;
  private final RecurrentState state;
  private final FloatSequences data;
  private final Sequences sequences;

  /**
   * Builds the case.
   *
   * @param workload gives the weights
   * @param pass gives the sizes
   * @param ragged whether the stack is told the lengths
   */
  RaggedCase(Workload workload, RaggedPass pass, boolean ragged, int threads) {
    team = new ThreadTeam(threads);
    tape = Tape.recording(team);
    stack = BenchModel.of(workload, pass.recurrent());
    parameters = stack.parameters().values();
    state = stack.initialState(pass.batch());
    data = FloatSequences.of(pass);
    Tensor x =
        Tensor.constant(data.values(), data.steps(), pass.batch(), pass.recurrent().inputs());
    sequences = ragged ? Sequences.of(x).withLengths(data.lengths()) : Sequences.of(x);
  }

  @Override
  public double run(int units) {
    for (int unit = 0; unit < units; unit++) {
      tape.clear();
      parameters.forEach(parameter -> parameter.tensor().clearGradient());
      tape.backward(loss(stack.forward(tape, sequences, state).output()));
    }
    return GradientNorm.of(team, parameters);
  }

  /** The sum of the outputs of all real time steps, divided by the number of these steps. */
  private Tensor loss(Tensor output) {
    int width = output.length(2);
    float share = 1f / data.realSteps();
    Tensor loss = tape.tensor(true);
    double[] sums = new double[team.size()];
    team.run((part, parts) -> {
      float[] columns = new float[width];
      forRealSteps(part, parts, width, at -> KERNELS.add(output.data(), at, columns, 0, width));
      for (float column : columns) {
        sums[part] += column;
      }
    });
    loss.data()[0] = (float) (Arrays.stream(sums).sum() * share);
    float[] shares = new float[width];
    Arrays.fill(shares, share);
    tape.record(() -> {
      float[] gradient = tape.gradientToAdd(output);
      team.run((part, parts) ->
          forRealSteps(part, parts, width, at -> KERNELS.add(shares, 0, gradient, at, width)));
    });
    return loss;
  }

  /** Names the places in the output of a thread's share of the real time steps. */
  private void forRealSteps(int part, int parts, int width, IntConsumer action) {
    int batch = data.lengths().length;
    int end = ThreadTeam.boundary(data.steps(), part + 1, parts);
    for (int t = ThreadTeam.boundary(data.steps(), part, parts); t < end; t++) {
      for (int row = 0; row < batch; row++) {
        if (t < data.lengths()[row]) {
          action.accept((t * batch + row) * width);
        }
      }
    }
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
