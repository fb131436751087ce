package io.refrain.bench;

import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.Workload;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.nn.recurrent.Sequences;
import io.refrain.optim.GradientNorm;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Collection;

/** Forward and backward of a batch of sequences, with their lengths or with their padding. */
final class RaggedCase implements BenchCase {
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
    int batch = output.length(1);
    float share = 1f / data.realSteps();
    Tensor loss = tape.tensor(true);
    double sum = 0;
    for (int row = 0; row < batch; row++) {
      for (int t = 0; t < data.lengths()[row]; t++) {
        int at = (t * batch + row) * width;
        for (int i = at; i < at + width; i++) {
          sum += output.data()[i];
        }
      }
    }
    loss.data()[0] = (float) (sum * share);
    tape.record(() -> {
      float[] gradient = tape.gradientToAdd(output);
      for (int row = 0; row < batch; row++) {
        for (int t = 0; t < data.lengths()[row]; t++) {
          int at = (t * batch + row) * width;
          for (int i = at; i < at + width; i++) {
            gradient[i] += share;
          }
        }
      }
    });
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
