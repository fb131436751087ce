package io.refrain.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.recurrent.CellParameter;
import io.refrain.nn.recurrent.CellStep;
import io.refrain.nn.recurrent.FrozenStack;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.nn.recurrent.Regularization;
import io.refrain.nn.recurrent.Sequences;
import io.refrain.nn.recurrent.StackOptions;
import io.refrain.nn.recurrent.StepCell;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** A cell that a user adds in one file, with what is public, and trains. */
class UserCellTest {

  /**
   * A unit whose leak is learned and which counts what it has seen, to have all that a cell may
   * have: parameters of its own, notes, two states, and a previous state beside the gates.
   *
   * <pre>
   *   candidate = tanh(gate)
   *   m' = m / 2 + candidate
   *   h' = h + leak ⊙ (candidate - h) + m / 8
   * </pre>
   */
  private static final class LeakyCell implements StepCell {
    @Override
    public int gates() {
      return 1;
    }

    @Override
    public int states() {
      return 2;
    }

    @Override
    public int notes(int hidden) {
      return hidden; // the candidate
    }

    @Override
    public List<CellParameter> parameters() {
      return List.of(new CellParameter("leak", 1, 0.5f));
    }

    @Override
    public void forward(CellStep s) {
      for (int row = 0; row < s.rows; row++) {
        for (int i = 0; i < s.hidden; i++) {
          float candidate = (float) Math.tanh(s.gates[s.gateAt(row, 0) + i]);
          float h = s.previous[0][s.previousAt(row) + i];
          float m = s.previous[1][s.previousAt(row) + i];
          s.notes[s.noteAt(row, 0) + i] = candidate;
          s.next[1][s.nextAt(row) + i] = m / 2 + candidate;
          s.next[0][s.nextAt(row) + i] = h + s.parameters[0][i] * (candidate - h) + m / 8;
        }
      }
    }

    @Override
    public void backward(CellStep s) {
      for (int row = 0; row < s.rows; row++) {
        for (int i = 0; i < s.hidden; i++) {
          float leak = s.parameters[0][i];
          float candidate = s.notes[s.noteAt(row, 0) + i];
          float dh = s.hiddenGradient[s.hiddenGradientAt(row) + i];
          float dm = s.carriedGradient[1][s.carriedAt(row) + i];
          float h = s.previous[0][s.previousAt(row) + i];
          s.parameterGradients[0][s.parameterAt(row, s.hidden) + i] += dh * (candidate - h);
          s.previousHiddenGradient[s.previousHiddenGradientAt(row) + i] += dh * (1 - leak);
          s.carriedGradient[1][s.carriedAt(row) + i] = dm / 2 + dh / 8;
          s.gates[s.gateAt(row, 0) + i] = (dm + dh * leak) * (1 - candidate * candidate);
        }
      }
    }
  }

  private static final int STEPS = 5;
  private static final int BATCH = 3;
  private static final int HIDDEN = 6;

  private final Tape tape = Tape.recording(ThreadTeam.single());
  private final SplittableRandom random = new SplittableRandom(1);
  private final StackOptions options = StackOptions.of(new LeakyCell(), 2, HIDDEN).withLayers(2);
  private final Sequences ragged =
      Sequences.of(
              Tensor.variable(GradientCheck.values(random, STEPS * BATCH * 2), STEPS, BATCH, 2))
          .withLengths(2, 5, 4);

  @Test
  void itsParametersAreThoseOfALayer() {
    RecurrentStack stack = new RecurrentStack(options.withBothDirections(), random);

    assertThat(stack.parameters().keySet())
        .startsWith("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "leak_l0")
        .endsWith("leak_l1_reverse");
    assertThat(stack.parameters().get("leak_l1").values()).hasSize(HIDDEN).containsOnly(0.5f);
  }

  @Test
  void itsGradientsAreDifferences() {
    RecurrentStack stack =
        new RecurrentStack(
            options.withBothDirections().with(new Regularization(0.2, true, 0.3, 0.2, 0.4)),
            random);
    List<List<Tensor>> states = new ArrayList<>();
    for (int layer = 0; layer < 4; layer++) {
      states.add(List.of(state(), state()));
    }
    float[] weights = GradientCheck.values(random, STEPS * BATCH * 2 * HIDDEN);
    float[] lastWeights = GradientCheck.values(random, BATCH * HIDDEN);
    Runnable pass =
        () -> {
          var output =
              stack.forward(tape, ragged, RecurrentState.of(states), new SplittableRandom(2));
          Tensor loss = GradientCheck.weightedSum(tape, output.output(), weights);
          Tensor last = output.state().layer(1).get(1);
          tape.backward(
              GradientCheck.sum(tape, loss, GradientCheck.weightedSum(tape, last, lastWeights)));
        };
    Tape computing = Tape.computing(ThreadTeam.single());
    DoubleSupplier loss =
        () -> {
          var output =
              stack.forward(computing, ragged, RecurrentState.of(states), new SplittableRandom(2));
          return dot(weights, output.output()) + dot(lastWeights, output.state().layer(1).get(1));
        };

    pass.run();

    stack
        .parameters()
        .forEach((name, parameter) ->
            GradientCheck.assertRoughSlopes(
                name, parameter.gradient(), parameter.data(), loss, random));
    states.forEach(tensors ->
        tensors.forEach(tensor ->
            GradientCheck.assertRoughSlopes(
                "state", tensor.gradient(), tensor.data(), loss, random)));
  }

  private Tensor state() {
    return Tensor.variable(GradientCheck.values(random, BATCH * HIDDEN), BATCH, HIDDEN);
  }

  private static double dot(float[] weights, Tensor x) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += (double) weights[i] * x.data()[i];
    }
    return sum;
  }

  /** Towards outputs that another stack of the cell gives. */
  @Test
  void itLearns() {
    RecurrentStack teacher = new RecurrentStack(options, new SplittableRandom(3));
    RecurrentStack stack = new RecurrentStack(options, new SplittableRandom(4));
    float[] wanted =
        teacher.forward(tape, ragged, teacher.initialState(BATCH)).output().data().clone();
    double first = step(stack, wanted);
    double last = first;
    for (int i = 0; i < 60; i++) {
      last = step(stack, wanted);
    }

    assertThat(last).isLessThan(first / 4);
    assertThat(stack.parameters().get("leak_l0").values()).doesNotContain(0.5f);
  }

  /** One step of plain gradient descent; the squared error before it. */
  private double step(RecurrentStack stack, float[] wanted) {
    tape.clear();
    Tensor output = stack.forward(tape, ragged, stack.initialState(BATCH)).output();
    float[] error = new float[wanted.length];
    double squares = 0;
    for (int i = 0; i < wanted.length; i++) {
      error[i] = output.data()[i] - wanted[i];
      squares += error[i] * error[i];
    }
    tape.backward(GradientCheck.weightedSum(tape, output, error));
    stack
        .parameters()
        .values()
        .forEach(parameter -> {
          for (int i = 0; i < parameter.size(); i++) {
            parameter.data()[i] -= 0.03f * parameter.tensor().gradient()[i];
          }
          parameter.tensor().clearGradient();
        });
    return squares;
  }

  @Test
  void itAdvancesStepByStep() {
    RecurrentStack stack = new RecurrentStack(options, random);
    float[] x = GradientCheck.values(random, STEPS * 2);
    float[] expected =
        stack.forward(tape, Tensor.constant(x, STEPS, 1, 2), stack.initialState(1)).output().data();
    FrozenStack frozen = stack.freeze();
    FrozenStack.State state = frozen.initialState();
    for (int t = 0; t < STEPS; t++) {
      frozen.advance(state, x, t * 2);
      assertThat(state.output())
          .isEqualTo(Arrays.copyOfRange(expected, t * HIDDEN, (t + 1) * HIDDEN));
    }
  }
}
