package io.refrain.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.DataParallel;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** One weight looked up by an embedding and multiplied by an output layer has both gradients. */
class TiedWeightsTest {
  private static final int COUNT = 7;

  /** The loss adds up to 63 numbers of either sign, which may be far larger than what is left. */
  private static final double LOSS_TOLERANCE = 5e-5;

  /** An embedding and an output layer of one weight, and what is read with them. */
  private static final class Problem {
    final int width;
    final int rows;
    final Embedding embedding;
    final Linear linear;
    final int[] indices;
    final float[] weights; // of the outputs in the loss

    Problem(int width, int rows, SplittableRandom random) {
      this.width = width;
      this.rows = rows;
      embedding = new Embedding(COUNT, width, random);
      linear = Linear.tied(embedding.weight(), random);
      indices = random.ints(rows, 0, COUNT).toArray();
      weights = GradientCheck.values(random, rows * COUNT);
    }

    /** The share of some rows in the loss. */
    Tensor loss(Tape tape, int first, int count) {
      int[] its = Arrays.copyOfRange(indices, first, first + count);
      Tensor y = linear.forward(tape, embedding.forward(tape, its, count));
      return GradientCheck.weightedSum(
          tape, y, Arrays.copyOfRange(weights, first * COUNT, (first + count) * COUNT));
    }

    /** The loss of all rows, of the weight and the bias. */
    double loss(double[]... inputs) {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        for (int j = 0; j < COUNT; j++) {
          double value = inputs[1][j];
          for (int i = 0; i < width; i++) {
            value += inputs[0][indices[row] * width + i] * inputs[0][j * width + i];
          }
          sum += weights[row * COUNT + j] * value;
        }
      }
      return sum;
    }

    double[][] expected() {
      return GradientCheck.differences(
          this::loss, List.of(embedding.weight().values(), linear.bias().values()));
    }

    void assertGradients(double times) {
      double[][] expected = expected();
      for (double[] values : expected) {
        for (int i = 0; i < values.length; i++) {
          values[i] *= times;
        }
      }
      GradientCheck.assertClose("weight", embedding.weight().gradient(), expected[0]);
      GradientCheck.assertClose("bias", linear.bias().gradient(), expected[1]);
    }

    void clearGradients() {
      embedding.weight().tensor().clearGradient();
      linear.bias().tensor().clearGradient();
    }
  }

  @Property(tries = 60)
  void theGradientIsTheDifferenceOfBothUses(
      @ForAll @IntRange(min = 1, max = 19) int width,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll int seed) {
    Problem problem = new Problem(width, rows, new SplittableRandom(seed));
    Tape tape = Tape.recording(ThreadTeam.single());

    Tensor loss = problem.loss(tape, 0, rows);
    GradientCheck.assertClose(
        "loss",
        loss.data(),
        new double[] {
          problem.loss(
              GradientCheck.doubles(problem.embedding.weight().values()),
              GradientCheck.doubles(problem.linear.bias().values()))
        },
        LOSS_TOLERANCE);
    tape.backward(loss);
    problem.assertGradients(1);
  }

  /** The two halves of a batch meet the weight on tapes of their own, pass after pass. */
  @Property(tries = 40)
  void halvesOfABatchAddUpToTheSameGradient(
      @ForAll @IntRange(min = 1, max = 19) int width,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll int seed) {
    float[] expected = null;
    for (int threads = 1; threads <= 2; threads++) {
      Problem problem = new Problem(width, rows, new SplittableRandom(seed));
      try (ThreadTeam team = new ThreadTeam(threads)) {
        DataParallel parallel = new DataParallel(team, rows);
        DataParallel.Pass pass =
            (tape, shard) -> problem.loss(tape, parallel.firstRow(shard), parallel.rows(shard));
        parallel.backward(pass);
        problem.assertGradients(1);
        parallel.backward(pass);
        problem.assertGradients(2);
        problem.clearGradients();
        parallel.backward(pass);
        problem.assertGradients(1);
      }
      float[] actual = problem.embedding.weight().gradient();
      expected = expected == null ? actual : expected;
      assertThat(actual).as("%d threads", threads).isEqualTo(expected);
    }
  }

  /** An embedding alone leaves a sparse gradient; the output layer then fills every row. */
  @Test
  void rowsThatWereNotMetBeforeHaveTheirGradientToo() {
    Problem problem = new Problem(5, 3, new SplittableRandom(1));
    Tape tape = Tape.recording(ThreadTeam.single());
    Tensor y = problem.embedding.forward(tape, new int[] {2}, 1);
    tape.backward(GradientCheck.weightedSum(tape, y, new float[5]));
    assertThat(problem.embedding.weight().tensor().gradientPieces()).isEqualTo(1);
    tape.clear();

    tape.backward(problem.loss(tape, 0, 3));

    assertThat(problem.embedding.weight().tensor().gradientPieces()).isEqualTo(COUNT * 5);
    problem.assertGradients(1);
  }

  @Test
  void theWeightBelongsToTheEmbedding() {
    Embedding embedding = new Embedding(9, 4, new SplittableRandom(1));
    float[] before = embedding.weight().values();
    Linear linear = Linear.tied(embedding.weight(), new SplittableRandom(2));

    assertThat(linear.parameters().keySet()).containsExactly("bias");
    assertThat(linear.weight()).isSameAs(embedding.weight());
    assertThat(embedding.weight().values()).isEqualTo(before);
    for (float value : linear.bias().values()) {
      assertThat(Math.abs(value)).isBetween(0f, 0.5f); // 1 / √4
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Linear.tied(Parameter.of(9), new SplittableRandom(2)))
        .withMessageContaining("[out, in]");
  }
}
