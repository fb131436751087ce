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
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CrossEntropyTest {
  private final Tape tape = Tape.recording(ThreadTeam.single());

  @Property(tries = 60)
  void gradientIsItsDifference(
      @ForAll @IntRange(min = 1, max = 6) int rows,
      @ForAll @IntRange(min = 1, max = 40) int classes,
      @ForAll boolean usedTwice,
      @ForAll int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Tensor logits = Tensor.variable(GradientCheck.values(random, rows * classes), rows, 1, classes);
    int[] targets = random.ints(rows, 0, classes).toArray();

    Tensor loss = CrossEntropy.mean(tape, logits, targets);
    float once = loss.item();
    if (usedTwice) {
      loss = GradientCheck.sum(tape, loss, CrossEntropy.mean(tape, logits, targets));
    }
    tape.backward(loss);

    int uses = usedTwice ? 2 : 1;
    GradientCheck.Function reference = inputs -> uses * loss(inputs[0], targets, classes);
    double[][] expected = GradientCheck.differences(reference, List.of(logits.data()));
    assertThat((double) once)
        .isCloseTo(loss(GradientCheck.doubles(logits.data()), targets, classes), within(2e-6));
    GradientCheck.assertClose("logits", logits.gradient(), expected[0]);
  }

  private static double loss(double[] logits, int[] targets, int classes) {
    double sum = 0;
    for (int row = 0; row < targets.length; row++) {
      double exponentials = 0;
      for (int i = 0; i < classes; i++) {
        exponentials += Math.exp(logits[row * classes + i]);
      }
      sum += Math.log(exponentials) - logits[row * classes + targets[row]];
    }
    return sum / targets.length;
  }

  @Test
  void sharesOfTheLossAddUpToIt() {
    float[] values = {1, 2, 0, -1, 3, 0.5f};
    Tensor logits = Tensor.variable(values, 3, 2);
    tape.backward(CrossEntropy.mean(tape, logits, new int[] {0, 1, 1}));

    Tensor first = Tensor.variable(new float[] {1, 2}, 1, 2);
    Tensor rest = Tensor.variable(new float[] {0, -1, 3, 0.5f}, 2, 2);
    Tape second = Tape.recording(ThreadTeam.single());
    Tensor share = CrossEntropy.part(second, first, new int[] {0}, 3);
    Tensor other = CrossEntropy.part(second, rest, new int[] {1, 1}, 3);
    second.backward(GradientCheck.sum(second, share, other));

    assertThat(share.item() + other.item())
        .isCloseTo(CrossEntropy.mean(tape, logits, new int[] {0, 1, 1}).item(), within(1e-6f));
    assertThat(first.gradient()).containsExactly(java.util.Arrays.copyOf(logits.gradient(), 2));
    assertThat(rest.gradient())
        .containsExactly(java.util.Arrays.copyOfRange(logits.gradient(), 2, 6));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossEntropy.part(second, first, new int[] {0}, 0));
  }

  @Test
  void evenLogitsCostTheLogarithmOfTheirNumber() {
    Tensor logits = Tensor.constant(new float[3 * 28], 3, 28);

    float loss = CrossEntropy.mean(tape, logits, new int[] {0, 5, 27}).item();

    assertThat((double) loss).isCloseTo(Math.log(28), within(1e-6));
  }

  @Test
  void mistakesAreNamed() {
    Tensor logits = Tensor.constant(new float[8], 2, 4);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossEntropy.mean(tape, logits, new int[3]))
        .withMessageContainingAll("targets", "2", "3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossEntropy.mean(tape, logits, new int[] {0, 4}))
        .withMessageContainingAll("target 4", "position 1", "3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossEntropy.mean(tape, Tensor.constant(new float[1]), new int[1]))
        .withMessageContainingAll("logits", "classes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossEntropy.mean(tape, Tensor.constant(new float[0], 0, 4), new int[0]))
        .withMessageContainingAll("logits", "1", "0");
  }
}
