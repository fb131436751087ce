package io.refrain.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
  private final Tape tape = Tape.recording(ThreadTeam.single());

  private static Tensor ones(int... shape) {
    float[] values = new float[Tensor.size(shape)];
    Arrays.fill(values, 1f);
    return Tensor.variable(values, shape);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9})
  void dropsAsOftenAsAskedForAndKeepsTheMean(double probability) {
    int count = 100_000;
    Tensor y = Dropout.forward(tape, ones(count), probability, new SplittableRandom(1));

    float scale = (float) (1 / (1 - probability));
    int dropped = 0;
    for (float value : y.data()) {
      assertThat(value == 0 || value == scale).isTrue();
      dropped += value == 0 ? 1 : 0;
    }
    // six deviations of a binomial distribution
    double slack = 6 * Math.sqrt(probability * (1 - probability) / count);
    assertThat(dropped / (double) count).isBetween(probability - slack, probability + slack);
  }

  @Test
  void theGradientTakesTheMaskOfTheValues() {
    for (boolean locked : new boolean[] {false, true}) {
      SplittableRandom values = new SplittableRandom(2);
      Tensor x = Tensor.variable(GradientCheck.values(values, 5 * 3 * 7), 5, 3, 7);
      float[] weights = GradientCheck.values(values, x.size());
      SplittableRandom random = new SplittableRandom(3);
      Tensor y =
          locked ? Dropout.locked(tape, x, 0.25, random) : Dropout.forward(tape, x, 0.25, random);
      tape.backward(GradientCheck.weightedSum(tape, y, weights));

      for (int i = 0; i < x.size(); i++) {
        float mask = y.data()[i] == 0 ? 0 : (float) (1 / 0.75);
        assertThat(y.data()[i]).isEqualTo(x.data()[i] * mask);
        assertThat(x.gradient()[i]).isEqualTo(weights[i] * mask);
      }
    }
  }

  @Test
  void lockedDropsTheSameValuesAtEveryStep() {
    Tensor y = Dropout.locked(tape, ones(6, 4, 25), 0.4, new SplittableRandom(1));

    float[] first = Arrays.copyOf(y.data(), 100);
    assertThat(first).contains(0f).contains((float) (1 / 0.6));
    for (int step = 1; step < 6; step++) {
      assertThat(Arrays.copyOfRange(y.data(), step * 100, (step + 1) * 100)).isEqualTo(first);
    }
  }

  @Test
  void probabilityZeroIsTheInputItselfAndOneIsZeros() {
    Tensor x = ones(3, 4, 5);
    SplittableRandom random = new SplittableRandom(1);

    assertThat(Dropout.forward(tape, x, 0, random)).isSameAs(x);
    assertThat(Dropout.locked(tape, x, 0, random)).isSameAs(x);
    Tensor nothing = Dropout.forward(tape, x, 1, random);
    tape.backward(GradientCheck.weightedSum(tape, nothing, ones(x.size()).data()));
    assertThat(nothing.data()).containsOnly(0f);
    assertThat(x.gradient()).containsOnly(0f);
  }

  @Test
  void emptyTensorsStayEmpty() {
    Tensor empty = Tensor.constant(new float[0], 0, 3, 2);

    assertThat(Dropout.forward(tape, empty, 0.5, new SplittableRandom(1)).size()).isZero();
    assertThat(Dropout.locked(tape, empty, 0.5, new SplittableRandom(1)).size()).isZero();
  }

  @Test
  void mistakesAreNamed() {
    Tensor x = ones(4, 5);
    SplittableRandom random = new SplittableRandom(1);
    for (double wrong : new double[] {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Dropout.forward(tape, x, wrong, random))
          .withMessage("dropout must be between 0 and 1, but is " + wrong);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dropout.locked(tape, x, 0.5, random))
        .withMessageContainingAll("[steps, batch, width]", "[4, 5]");
  }
}
