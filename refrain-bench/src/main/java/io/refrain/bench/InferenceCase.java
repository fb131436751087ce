package io.refrain.bench;

import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.SequenceInference;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.recurrent.FrozenStack;

/** One sequence after the other through a frozen stack, each from a state of zeros. */
final class InferenceCase implements BenchCase {
  private final ThreadTeam team;
  private final FrozenStack stack;
  private final FrozenStack.State state;
  private final float[] sequence;
  private final float[] outputs;

  InferenceCase(SequenceInference workload, int threads) {
    team = new ThreadTeam(threads);
    stack = BenchModel.of(workload, workload.recurrent()).freeze();
    state = stack.initialState();
    sequence = FloatSequences.of(workload).values();
    outputs = new float[workload.steps() * stack.outputWidth()];
  }

  @Override
  public double run(int units) {
    for (int unit = 0; unit < units; unit++) {
      state.reset();
      stack.run(team, state, sequence, outputs);
    }
    double sum = 0;
    for (float value : state.output()) {
      sum += value;
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
