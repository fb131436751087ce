package io.refrain.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ActivationPenaltyTest {
  private final Tape tape = Tape.recording(ThreadTeam.single());

  /** factor · Σx² / total. */
  private static double activation(double[] x, double factor, long total) {
    double sum = 0;
    for (double value : x) {
      sum += value * value;
    }
    return factor * sum / total;
  }

  /** factor · Σ(x[t] - x[t-1])² / total. */
  private static double temporal(double[] x, int steps, double factor, long total) {
    int width = x.length / steps;
    double sum = 0;
    for (int t = 1; t < steps; t++) {
      for (int i = 0; i < width; i++) {
        double change = x[t * width + i] - x[(t - 1) * width + i];
        sum += change * change;
      }
    }
    return factor * sum / total;
  }

  /** Each is added to the loss, also where more than the loss flows into what both read. */
  @Property(tries = 100)
  void valuesAndGradientsAreThoseOfPlainLoops(
      @ForAll @IntRange(min = 1, max = 5) int steps,
      @ForAll @IntRange(min = 1, max = 4) int batch,
      @ForAll @IntRange(min = 1, max = 19) int width,
      @ForAll @DoubleRange(min = 0, max = 3) double alpha,
      @ForAll @DoubleRange(min = 0, max = 3) double beta,
      @ForAll @IntRange(max = 50) int others,
      @ForAll int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Tensor before = Tensor.variable(new float[] {0.75f});
    Tensor x =
        Tensor.variable(GradientCheck.values(random, steps * batch * width), steps, batch, width);
    float[] used = GradientCheck.values(random, x.size());
    long total = (long) x.size() + others;

    Tensor loss = GradientCheck.sum(tape, before, GradientCheck.weightedSum(tape, x, used));
    float first = loss.item();
    loss = ActivationPenalty.activation(tape, loss, x, alpha, total);
    float second = loss.item();
    loss = ActivationPenalty.temporal(tape, loss, x, beta, total);
    float third = loss.item();
    tape.backward(GradientCheck.weightedSum(tape, loss, new float[] {-2}));

    double[] values = GradientCheck.doubles(x.data());
    assertThat((double) second - first)
        .isCloseTo(activation(values, alpha, total), within(3e-6 * (1 + Math.abs(second))));
    assertThat((double) third - second)
        .isCloseTo(temporal(values, steps, beta, total), within(3e-6 * (1 + Math.abs(third))));
    GradientCheck.Function reference =
        inputs -> {
          double sum = inputs[1][0];
          for (int i = 0; i < used.length; i++) {
            sum += used[i] * inputs[0][i];
          }
          sum += activation(inputs[0], alpha, total) + temporal(inputs[0], steps, beta, total);
          return -2 * sum;
        };
    double[][] expected = GradientCheck.differences(reference, List.of(x.data(), before.data()));
    GradientCheck.assertClose("activations", x.gradient(), expected[0]);
    GradientCheck.assertClose("loss", before.gradient(), expected[1]);
  }

  /** As a batch is judged in parts, each a share of the mean. */
  @Property(tries = 50)
  void sharesOfThePenaltyAddUpToIt(
      @ForAll @IntRange(min = 1, max = 5) int steps,
      @ForAll @IntRange(min = 1, max = 19) int width,
      @ForAll int seed) {
    float[] left = GradientCheck.values(new SplittableRandom(seed), steps * width);
    float[] right = GradientCheck.values(new SplittableRandom(seed + 1L), steps * width);
    float[] both = new float[2 * steps * width]; // [steps, 2, width]
    for (int t = 0; t < steps; t++) {
      System.arraycopy(left, t * width, both, 2 * t * width, width);
      System.arraycopy(right, t * width, both, (2 * t + 1) * width, width);
    }
    long total = both.length;
    double sum = penalties(left, steps, width, total) + penalties(right, steps, width, total);

    assertThat(sum).isCloseTo(penalties(both, steps, 2 * width, total), within(1e-5));
  }

  private double penalties(float[] values, int steps, int width, long total) {
    Tensor x = Tensor.constant(values, steps, width);
    Tensor loss = ActivationPenalty.activation(tape, Tensor.constant(new float[1]), x, 2, total);
    return ActivationPenalty.temporal(tape, loss, x, 3, total).item();
  }

  @Test
  void onlyWhatWantsAGradientHasOne() {
    Tensor loss = Tensor.variable(new float[] {1});
    Tensor constant = Tensor.constant(new float[] {1, 2, 3, 5}, 2, 2);
    Tensor sum = ActivationPenalty.activation(tape, loss, constant, 2, 4);
    sum = ActivationPenalty.temporal(tape, sum, constant, 2, 2);
    tape.backward(sum);

    assertThat(sum.item()).isEqualTo(1 + 2 * 39 / 4f + 2 * 13 / 2f);
    assertThat(loss.gradient()).containsExactly(1);
    assertThat(constant.hasGradient()).isFalse();

    Tensor x = Tensor.variable(new float[] {1, 2, 3, 5}, 2, 2);
    Tensor nothing = Tensor.constant(new float[1]);
    tape.backward(ActivationPenalty.temporal(tape, nothing, x, 1, 2));
    assertThat(x.gradient()).containsExactly(-2, -3, 2, 3);
    assertThat(nothing.hasGradient()).isFalse();
  }

  @Test
  void whatAddsNothingIsTheLossItself() {
    Tensor loss = Tensor.variable(new float[] {1});
    Tensor x = Tensor.variable(new float[] {1, 2, 3, 5}, 1, 2, 2);

    assertThat(ActivationPenalty.activation(tape, loss, x, 0, 4)).isSameAs(loss);
    assertThat(ActivationPenalty.temporal(tape, loss, x, 0, 4)).isSameAs(loss);
    assertThat(ActivationPenalty.temporal(tape, loss, x, 2, 0))
        .as("one step does not change")
        .isSameAs(loss);
  }

  @Test
  void activationsWithoutStepsAreNamed() {
    Tensor loss = Tensor.variable(new float[] {1});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ActivationPenalty.temporal(tape, loss, loss, 1, 1))
        .withMessage("activations must have the shape [steps, ...]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ActivationPenalty.temporal(tape, loss, Tensor.constant(new float[0], 0, 3), 1, 1))
        .withMessageContaining("number of steps");
  }
}
