package io.refrain.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.refrain.kernel.ThreadTeam;
import org.junit.jupiter.api.Test;

class TapeTest {
  private final Tape tape = Tape.recording(ThreadTeam.single());

  private Tensor twice(Tensor x) {
    Tensor y = tape.tensor(true, x.shape());
    for (int i = 0; i < x.size(); i++) {
      y.data()[i] = 2 * x.data()[i];
    }
    tape.record(() -> {
      float[] dx = tape.gradientToAdd(x);
      for (int i = 0; i < dx.length; i++) {
        dx[i] += 2 * y.gradient()[i];
      }
    });
    return y;
  }

  @Test
  void operationsRunBackwardsInReverseOrder() {
    Tensor x = Tensor.variable(new float[] {3});

    Tensor y = twice(twice(twice(x)));
    tape.backward(y);

    assertThat(y.item()).isEqualTo(24);
    assertThat(x.gradient()).containsExactly(8);
  }

  @Test
  void gradientsOfALeafAddUpUntilTheyAreCleared() {
    Tensor x = Tensor.variable(new float[] {3});
    for (int step = 1; step <= 3; step++) {
      tape.backward(twice(x));
      tape.clear();
      assertThat(x.gradient()).containsExactly(2 * step);
    }

    x.clearGradient();

    assertThat(x.hasGradient()).isFalse();
    assertThatThrownBy(x::gradient)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("backward");
    tape.backward(twice(x));
    assertThat(x.gradient()).containsExactly(2);
  }

  /** A leaf outlives the tape's step, so its gradient must not be one of the tape's buffers. */
  @Test
  void theGradientOfALeafIsNotHandedOutAgain() {
    Tensor x = Tensor.variable(new float[] {3, 4}, 2);
    tape.giveGradient(x, tape.buffer(2));
    tape.gradientToWrite(x)[0] = 7;
    Tensor other = Tensor.variable(new float[] {3, 4}, 2);
    tape.gradientToAdd(other)[0] = 8;
    tape.clear();

    for (int i = 0; i < 5; i++) {
      assertThat(tape.buffer(2)).isNotSameAs(x.gradient()).isNotSameAs(other.gradient());
    }
    assertThat(x.gradient()[0]).isEqualTo(7);
    assertThat(other.gradient()[0]).isEqualTo(8);
  }

  @Test
  void buffersServeOneStepAfterAnother() {
    float[] first = tape.buffer(10);
    float[] second = tape.buffer(10);
    assertThat(second).isNotSameAs(first);

    tape.clear();

    assertThat(tape.buffer(10)).isSameAs(first);
    assertThat(tape.buffer(10)).isSameAs(second);
    assertThat(tape.buffer(10)).isNotSameAs(first).isNotSameAs(second);
    assertThat(tape.buffer(11)).hasSize(11);
  }

  @Test
  void mistakesAreNamed() {
    Tape computing = Tape.computing(ThreadTeam.single());
    Tensor scalar = Tensor.constant(new float[1]);

    assertThatThrownBy(() -> computing.backward(scalar))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Tape.recording");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tape.backward(Tensor.constant(new float[6], 2, 3)))
        .withMessageContainingAll("one value", "[2, 3]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.constant(new float[5], 2, 3))
        .withMessageContainingAll("[2, 3]", "6", "5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.size(2, -3))
        .withMessageContaining("[2, -3]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.size(1 << 16, 1 << 16))
        .withMessageContaining("[65536, 65536]");
    assertThatThrownBy(() -> Tensor.constant(new float[6], 2, 3).item())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[2, 3]");
  }

  /**
   * Computes what another tape does, and packs a weight once, which is why nobody may change it.
   */
  @Test
  void aReadingTapePacksWeightsOnce() {
    Tensor weight = Tensor.variable(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    try (ThreadTeam team = new ThreadTeam(2)) {
      Tape reading = Tape.reading(team);
      Tape computing = Tape.computing(team);
      assertThat(product(reading, weight)).containsExactly(22, 28);
      assertThat(product(computing, weight)).containsExactly(22, 28);
      weight.data()[0] = 100;
      assertThat(product(reading, weight)).as("as packed").containsExactly(22, 28);
      assertThat(product(computing, weight)).containsExactly(121, 28);
      Tensor other = Tensor.variable(new float[] {0, 0, 0, 0, 1, 0}, 3, 2);
      assertThat(product(reading, other)).containsExactly(3, 0);
    }
  }

  /** (1, 2, 3) times a weight, in a pass of its own. */
  private static float[] product(Tape tape, Tensor weight) {
    PackedMatrix packed = PackedMatrix.ofWeight(tape, weight, Matrix.of(weight.data(), 3, 2));
    float[] y = new float[2];
    MatrixProduct.multiply(
        tape, Matrix.of(new float[] {1, 2, 3}, 1, 3), packed, Matrix.of(y, 1, 2), false);
    tape.clear();
    return y;
  }
}
