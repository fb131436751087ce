package io.refrain.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole rows of the table are dropped, for every occurrence of their index. */
class EmbeddingDropoutTest {
  private final Tape tape = Tape.recording(ThreadTeam.single());

  /** What the row of each index was multiplied with in a pass over all of them. */
  private float[] mask(int count, double probability, long seed) {
    Embedding ones = new Embedding(count, 1, new SplittableRandom(1));
    Arrays.fill(ones.weight().data(), 1f);
    int[] all = new int[count];
    Arrays.setAll(all, i -> i);
    return ones.forward(tape, all, probability, new SplittableRandom(seed), count).data().clone();
  }

  @Property(tries = 60)
  void aRowIsDroppedWhereverItIsMetAndTheGradientTakesTheMask(
      @ForAll @IntRange(min = 1, max = 6) int count,
      @ForAll @IntRange(min = 1, max = 35) int width,
      @ForAll @IntRange(min = 1, max = 9) int length,
      @ForAll @IntRange(min = 1, max = 9) int tenths,
      @ForAll int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Embedding embedding = new Embedding(count, width, random);
    int[] indices = random.ints(length, 0, count).toArray();
    float[] weights = GradientCheck.values(random, length * width);
    double probability = tenths / 10.0;
    float[] mask = mask(count, probability, 5);

    Tensor y = embedding.forward(tape, indices, probability, new SplittableRandom(5), length, 1);
    float[] values = y.data().clone();
    tape.backward(GradientCheck.weightedSum(tape, y, weights));

    for (int i = 0; i < length * width; i++) {
      int row = indices[i / width];
      assertThat(values[i])
          .isEqualTo(embedding.weight().data()[row * width + i % width] * mask[row]);
    }
    GradientCheck.Function reference =
        inputs -> {
          double sum = 0;
          for (int i = 0; i < length * width; i++) {
            int row = indices[i / width];
            sum += weights[i] * mask[row] * inputs[0][row * width + i % width];
          }
          return sum;
        };
    double[][] expected =
        GradientCheck.differences(reference, List.of(embedding.weight().values()));
    GradientCheck.assertClose("weight", embedding.weight().gradient(), expected[0], 2e-5);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9})
  void dropsAsOftenAsAskedForAndKeepsTheMean(double probability) {
    int count = 50_000;
    float[] mask = mask(count, probability, 3);

    int dropped = 0;
    for (float value : mask) {
      assertThat(value == 0 || value == (float) (1 / (1 - probability))).isTrue();
      dropped += value == 0 ? 1 : 0;
    }
    // six deviations of a binomial distribution
    double slack = 6 * Math.sqrt(probability * (1 - probability) / count);
    assertThat(dropped / (double) count).isBetween(probability - slack, probability + slack);
    assertThat(mask(count, probability, 3)).isEqualTo(mask);
    assertThat(mask(count, probability, 4)).isNotEqualTo(mask);
  }

  @Test
  void probabilityZeroIsALookUpAndOneIsZeros() {
    Embedding embedding = new Embedding(4, 3, new SplittableRandom(1));
    int[] indices = {3, 0, 3};
    Tensor plain = embedding.forward(tape, indices, 3);
    Tensor kept = embedding.forward(tape, indices, 0, new SplittableRandom(1), 3);
    Tensor nothing = embedding.forward(tape, indices, 1, new SplittableRandom(1), 3);
    float[] weights = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    tape.backward(GradientCheck.weightedSum(tape, nothing, weights));

    assertThat(kept.data()).isEqualTo(plain.data());
    for (float value : nothing.data()) {
      assertThat(value == 0).as("%s is a zero of either sign", value).isTrue();
    }
    assertThat(embedding.weight().gradient()).containsOnly(0f);
  }

  @Test
  void mistakesAreNamed() {
    Embedding embedding = new Embedding(4, 3, new SplittableRandom(1));
    for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> embedding.forward(tape, new int[] {0}, wrong, new SplittableRandom(1), 1))
          .withMessage("embedding dropout must be between 0 and 1, but is " + wrong);
    }
  }
}
