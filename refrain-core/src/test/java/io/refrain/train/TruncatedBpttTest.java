package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.data.TokenBatch;
import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.loss.CrossEntropy;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.OutputConfig;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The whole batch on one tape is the specification of its parts side by side. */
class TruncatedBpttTest {
  private static final int BATCHES = 3;

  /** What reading some batches leaves behind. */
  private record Read(List<Float> losses, List<float[]> gradients, List<float[]> states) {}

  @Property(tries = 40)
  void lossGradientAndStateAreThoseOfTheWholeBatch(
      @ForAll @IntRange(min = 1, max = 7) int batch,
      @ForAll @IntRange(min = 1, max = 5) int steps,
      @ForAll @IntRange(min = 1, max = 2) int layers,
      @ForAll @IntRange(max = 6) int embedding,
      @ForAll @IntRange(min = 1, max = 4) int threads,
      @ForAll boolean carry,
      @ForAll int seed) {
    LanguageModelConfig config =
        new LanguageModelConfig(9, embedding, CellKind.RNN_TANH, 11, layers);
    LanguageModel model = new LanguageModel(config, new SplittableRandom(seed));
    List<TokenBatch> batches = batches(steps, batch, new SplittableRandom(seed));

    Read expected = whole(model, batches, carry);
    Read actual = parts(model, batches, carry, threads);

    for (int i = 0; i < BATCHES; i++) {
      GradientCheck.assertClose(
          "loss", new float[] {actual.losses.get(i)}, new double[] {expected.losses.get(i)});
    }
    assertClose("gradient", actual.gradients, expected.gradients);
    assertClose("state", actual.states, expected.states);
  }

  private static void assertClose(String what, List<float[]> actual, List<float[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      GradientCheck.assertClose(what, actual.get(i), GradientCheck.doubles(expected.get(i)));
    }
  }

  @Test
  void theNumberOfThreadsChangesNoBit() {
    assertSameOnAnyNumberOfThreads(new LanguageModelConfig(9, 0, CellKind.RNN_TANH, 130, 2));
  }

  /** What each half of a batch leaves out depends on the seed, not on who runs the half. */
  @Test
  void theNumberOfThreadsChangesNoBitWithEveryRegularizer() {
    for (CellKind cell : List.of(CellKind.LSTM, CellKind.GRU)) {
      assertSameOnAnyNumberOfThreads(
          new LanguageModelConfig(
              9, 70, cell, 130, 3, true, false, SmallTraining.regularization(cell)));
    }
  }

  /** Nor do a sample, which each half draws, and clusters. */
  @Test
  void theNumberOfThreadsChangesNoBitWithOutputsForLargeVocabularies() {
    LanguageModelConfig config = new LanguageModelConfig(9, 0, CellKind.RNN_TANH, 70, 1);
    assertSameOnAnyNumberOfThreads(config.withOutput(new OutputConfig.Sampled(4)));
    assertSameOnAnyNumberOfThreads(
        config.withOutput(
            new OutputConfig.Adaptive(new AdaptiveSoftmax.Options(List.of(2, 5), 4, true))));
  }

  private static void assertSameOnAnyNumberOfThreads(LanguageModelConfig config) {
    LanguageModel model = new LanguageModel(config, new SplittableRandom(4));
    List<TokenBatch> batches = batches(6, 9, new SplittableRandom(5));
    Read expected = parts(model, batches, true, 1);
    for (int threads = 2; threads <= 5; threads++) {
      Read actual = parts(model, batches, true, threads);

      assertThat(actual.losses).isEqualTo(expected.losses);
      for (int i = 0; i < expected.gradients.size(); i++) {
        assertThat(actual.gradients.get(i)).isEqualTo(expected.gradients.get(i));
      }
      for (int i = 0; i < expected.states.size(); i++) {
        assertThat(actual.states.get(i)).isEqualTo(expected.states.get(i));
      }
    }
  }

  @Test
  void aStateThatWasTakenOutAndPutBackGoesOnToTheSameBits() {
    LanguageModel model =
        new LanguageModel(
            new LanguageModelConfig(12, 0, CellKind.RNN_RELU, 7, 2), new SplittableRandom(1));
    List<TokenBatch> batches = batches(4, 5, new SplittableRandom(2));
    try (ThreadTeam team = new ThreadTeam(2)) {
      TruncatedBptt first = new TruncatedBptt(model, 4, 5, team);
      assertThat(first.state().isZero()).isTrue();
      first.backward(batches.get(0), new SplittableRandom(1));
      first.carry();
      RecurrentState state = first.state();
      assertThat(state.isZero()).isFalse();
      TruncatedBptt second = new TruncatedBptt(model, 4, 5, team);
      second.restore(state);

      assertThat(second.backward(batches.get(1), new SplittableRandom(1)))
          .isEqualTo(first.backward(batches.get(1), new SplittableRandom(1)));
      second.restore(state);
      second.carry();
      assertThat(values(second.state())).usingRecursiveComparison().isEqualTo(values(state));
      first.reset();
      first.carry();
      assertThat(first.state().isZero()).isTrue();

      assertThatIllegalArgumentException()
          .isThrownBy(() -> first.backward(new TokenBatch(4, 6), new SplittableRandom(1)))
          .withMessageContaining("number of rows of a batch");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> first.restore(model.initialState(4)))
          .withMessageContaining("number of rows of a state");
    }
  }

  private static Read whole(LanguageModel model, List<TokenBatch> batches, boolean carry) {
    Tape tape = Tape.recording(ThreadTeam.single());
    RecurrentState state = model.initialState(batches.getFirst().batch());
    List<Float> losses = new ArrayList<>();
    clearGradients(model);
    for (TokenBatch batch : batches) {
      LanguageModel.Output out =
          model.forward(tape, batch.inputs(), batch.steps(), batch.batch(), state);
      Tensor loss = CrossEntropy.mean(tape, out.logits(), batch.targets());
      tape.backward(loss);
      losses.add(loss.item());
      if (carry) {
        state.assign(out.state());
      }
      tape.clear();
    }
    return new Read(losses, gradients(model), values(state));
  }

  private static Read parts(
      LanguageModel model, List<TokenBatch> batches, boolean carry, int threads) {
    List<Float> losses = new ArrayList<>();
    clearGradients(model);
    try (ThreadTeam team = new ThreadTeam(threads)) {
      TokenBatch first = batches.getFirst();
      TruncatedBptt bptt = new TruncatedBptt(model, first.steps(), first.batch(), team);
      for (TokenBatch batch : batches) {
        losses.add(bptt.backward(batch, new SplittableRandom(1)));
        if (carry) {
          bptt.carry();
        }
      }
      return new Read(losses, gradients(model), values(bptt.state()));
    }
  }

  private static void clearGradients(LanguageModel model) {
    model.parameters().values().forEach(parameter -> parameter.tensor().clearGradient());
  }

  private static List<float[]> gradients(LanguageModel model) {
    return model.parameters().values().stream().map(Parameter::gradient).toList();
  }

  private static List<float[]> values(RecurrentState state) {
    List<float[]> values = new ArrayList<>();
    for (int layer = 0; layer < state.layers(); layer++) {
      state.layer(layer).forEach(tensor -> values.add(tensor.data().clone()));
    }
    return values;
  }

  private static List<TokenBatch> batches(int steps, int rows, SplittableRandom random) {
    List<TokenBatch> batches = new ArrayList<>();
    for (int i = 0; i < BATCHES; i++) {
      TokenBatch batch = new TokenBatch(steps, rows);
      for (int at = 0; at < steps * rows; at++) {
        batch.inputs()[at] = random.nextInt(9);
        batch.targets()[at] = random.nextInt(9);
      }
      batches.add(batch);
    }
    return batches;
  }
}
