package io.refrain.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClippingTest {
  private static final int SIZE = 1000;

  private final ThreadTeam team = ThreadTeam.single();
  private final Parameter dense = Parameter.of(SIZE);
  private final Parameter sparse = Parameter.of(50, 20);
  private final List<Parameter> parameters = List.of(dense, sparse);

  private void giveGradients() {
    SplittableRandom random = new SplittableRandom(4);
    float[] gradient = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      gradient[i] = (float) random.nextGaussian();
    }
    Tape tape = Tape.recording(team);
    dense.tensor().clearGradient();
    sparse.tensor().clearGradient();
    tape.giveGradient(dense.tensor(), gradient);
    float[] rows = tape.gradientToAddRows(sparse.tensor(), new int[] {3, 40});
    for (int i = 0; i < 20; i++) {
      rows[3 * 20 + i] = (float) random.nextGaussian();
      rows[40 * 20 + i] = 2 * i - 20;
    }
  }

  /** First clip_grad_value_, then clip_grad_norm_, of the mean of {@code count} gradients. */
  @ParameterizedTest
  @CsvSource({
    "Infinity, Infinity, 1",
    "5, Infinity, 1",
    "Infinity, 0.5, 1",
    "5, 0.5, 1",
    "5, 0.5, 4",
    "1000, 0.5, 3",
    "2, Infinity, 3"
  })
  void isTheTwoOfPyTorchOneAfterTheOther(double norm, double value, int count) {
    giveGradients();
    double[] expected = new double[2 * SIZE];
    double squares = 0;
    for (int i = 0; i < expected.length; i++) {
      Parameter parameter = parameters.get(i / SIZE);
      double mean = parameter.tensor().gradient()[i % SIZE] / (double) count;
      expected[i] = Math.clamp(mean, -value, value);
      squares += expected[i] * expected[i];
    }
    double factor = Math.min(1, norm / (Math.sqrt(squares) + 1e-6));
    double sumNorm = GradientNorm.of(team, parameters);

    float scale = new Clipping(norm, value).apply(team, parameters, sumNorm, count);

    for (int i = 0; i < expected.length; i++) {
      double clipped = (double) scale * parameters.get(i / SIZE).tensor().gradient()[i % SIZE];
      assertThat(clipped).isCloseTo(factor * expected[i], within(1e-6));
    }
    assertThat(sparse.tensor().gradientPieces()).isEqualTo(2);
  }

  @Test
  void byNormAloneItLeavesTheGradientAsItIs() {
    giveGradients();
    float[] before = dense.gradient();
    double norm = GradientNorm.of(team, parameters);
    assertThat(Clipping.byNorm(3).apply(team, parameters, norm, 1))
        .isEqualTo(GradientNorm.clip(norm, 3));
    assertThat(dense.gradient()).isEqualTo(before);
  }

  @Test
  void limitsThatCannotBeAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Clipping(0, 1))
        .withMessage("clip must be above 0, but is 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Clipping(1, Double.NaN))
        .withMessage("clip of values must be above 0, but is NaN");
  }
}
