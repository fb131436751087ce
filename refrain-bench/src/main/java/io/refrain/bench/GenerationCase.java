package io.refrain.bench;

import io.refrain.bench.workload.Workload;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;

/** Greedy generation, one token at a time with batch 1, by the layers that training uses. */
final class GenerationCase implements BenchCase {
  private static final Kernels KERNELS = Kernels.get();

  private final ThreadTeam team = ThreadTeam.single();
  private final Tape tape = Tape.computing(team);
  private final BenchModel model;
  private final RecurrentState state;
  private final int[] index = new int[1];

  GenerationCase(Workload workload) {
    model = new BenchModel(workload);
    state = model.recurrent().initialState(1);
  }

  @Override
  public double run(int units) {
    long sum = 0;
    for (int unit = 0; unit < units; unit++) {
      tape.clear();
      RecurrentStack.Output hidden = model.recurrent().forward(tape, index, 1, 1, state);
      state.assign(hidden.state());
      Tensor logits = model.output().forward(tape, hidden.output());
      index[0] = KERNELS.argmax(logits.data(), 0, logits.size());
      sum += index[0];
    }
    return sum;
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
