package io.refrain.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LayersTest {
  private final Tape tape = Tape.recording(ThreadTeam.single());

  @Property(tries = 60)
  void linearIsItsEquationAndItsGradientsAreItsDifferences(
      @ForAll @IntRange(min = 1, max = 5) int rows,
      @ForAll @IntRange(min = 1, max = 9) int in,
      @ForAll @IntRange(min = 1, max = 9) int out,
      @ForAll boolean twoDimensions,
      @ForAll int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Linear linear = new Linear(in, out, random);
    int[] shape = twoDimensions ? new int[] {rows, in} : new int[] {rows, 1, in};
    Tensor x = Tensor.variable(GradientCheck.values(random, rows * in), shape);
    float[] weights = GradientCheck.values(random, rows * out);

    Tensor y = linear.forward(tape, x);
    Tensor loss = GradientCheck.weightedSum(tape, y, weights);
    tape.backward(loss);

    GradientCheck.Function reference =
        inputs -> {
          double sum = 0;
          for (int row = 0; row < rows; row++) {
            for (int j = 0; j < out; j++) {
              double value = inputs[2][j];
              for (int i = 0; i < in; i++) {
                value += inputs[0][row * in + i] * inputs[1][j * in + i];
              }
              sum += weights[row * out + j] * value;
            }
          }
          return sum;
        };
    List<float[]> at = List.of(x.data(), linear.weight().values(), linear.bias().values());
    double[][] expected = GradientCheck.differences(reference, at);
    assertThat(y.length(y.rank() - 1)).isEqualTo(out);
    assertThat(y.rank()).isEqualTo(shape.length);
    GradientCheck.assertClose("x", x.gradient(), expected[0]);
    GradientCheck.assertClose("weight", linear.weight().gradient(), expected[1]);
    GradientCheck.assertClose("bias", linear.bias().gradient(), expected[2]);
  }

  @Property(tries = 60)
  void embeddingIsARowForEachIndexAndAddsGradientsOfRowsMetTwice(
      @ForAll @IntRange(min = 1, max = 6) int count,
      @ForAll @IntRange(min = 1, max = 35) int width,
      @ForAll @IntRange(min = 1, max = 9) int length,
      @ForAll int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Embedding embedding = new Embedding(count, width, random);
    int[] indices = random.ints(length, 0, count).toArray();
    float[] weights = GradientCheck.values(random, length * width);

    Tensor y = embedding.forward(tape, indices, length, 1);
    tape.backward(GradientCheck.weightedSum(tape, y, weights));

    GradientCheck.Function reference =
        inputs -> {
          double sum = 0;
          for (int i = 0; i < length; i++) {
            for (int j = 0; j < width; j++) {
              sum += weights[i * width + j] * inputs[0][indices[i] * width + j];
            }
          }
          return sum;
        };
    double[][] expected =
        GradientCheck.differences(reference, List.of(embedding.weight().values()));
    assertThat(y.shape()).containsExactly(length, 1, width);
    GradientCheck.assertClose("weight", embedding.weight().gradient(), expected[0]);
  }

  @Test
  void aLayerUsedTwiceAddsItsGradients() {
    Linear linear = new Linear(3, 3, new SplittableRandom(1));
    Tensor x = Tensor.variable(new float[] {0.1f, -0.2f, 0.3f}, 1, 3);
    float[] weights = {1, -2, 0.5f};

    Tensor y = linear.forward(tape, linear.forward(tape, x));
    tape.backward(GradientCheck.weightedSum(tape, y, weights));

    GradientCheck.Function reference =
        inputs -> {
          double sum = 0;
          double[] second = apply(inputs, apply(inputs, inputs[0]));
          for (int i = 0; i < 3; i++) {
            sum += weights[i] * second[i];
          }
          return sum;
        };
    List<float[]> at = List.of(x.data(), linear.weight().values(), linear.bias().values());
    double[][] expected = GradientCheck.differences(reference, at);
    GradientCheck.assertClose("x", x.gradient(), expected[0]);
    GradientCheck.assertClose("weight", linear.weight().gradient(), expected[1]);
    GradientCheck.assertClose("bias", linear.bias().gradient(), expected[2]);
  }

  private static double[] apply(double[][] inputs, double[] x) {
    double[] y = inputs[2].clone();
    for (int j = 0; j < 3; j++) {
      for (int i = 0; i < 3; i++) {
        y[j] += x[i] * inputs[1][j * 3 + i];
      }
    }
    return y;
  }

  @Test
  void aParameterSpeaksPyTorchsOrderHoweverItIsStored() {
    Parameter parameter = Parameter.transposed(2, 3);
    parameter.assign(new float[] {1, 2, 3, 4, 5, 6});

    assertThat(parameter.data()).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(parameter.values()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(parameter.shape()).containsExactly(2, 3);
    assertThat(parameter.inNamedOrder(parameter.inStoredOrder(parameter.data())))
        .isEqualTo(parameter.data());
  }

  @Test
  void initialWeightsFillPyTorchsDistribution() {
    Linear linear = new Linear(64, 300, new SplittableRandom(2));
    float bound = 1 / 8f;

    assertThat(linear.parameterCount()).isEqualTo(64 * 300 + 300);
    assertThat(linear.parameters().keySet()).containsExactly("weight", "bias");
    double squares = 0;
    float largest = 0;
    for (float value : linear.weight().values()) {
      squares += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isBetween(0.99f * bound, bound);
    assertThat(squares / linear.weight().size()).isBetween(0.32 / 64, 0.345 / 64);
  }

  @Test
  void mistakesAreNamed() {
    SplittableRandom random = new SplittableRandom(3);
    Linear linear = new Linear(3, 4, random);
    Embedding embedding = new Embedding(5, 2, random);

    assertMessage(() -> new Linear(0, 4, random), "input size", "0");
    assertMessage(() -> new Linear(3, -1, random), "output size", "-1");
    assertMessage(() -> new Embedding(0, 4, random), "number of embeddings", "0");
    assertMessage(() -> new Embedding(3, 0, random), "embedding size", "0");
    assertMessage(
        () -> linear.forward(tape, Tensor.constant(new float[8], 2, 4)), "linear", "3", "4");
    assertMessage(() -> linear.forward(tape, Tensor.constant(new float[1])), "linear", "3");
    assertMessage(() -> embedding.forward(tape, new int[] {1, 5}, 2), "index 5", "position 1", "4");
    assertMessage(() -> embedding.forward(tape, new int[] {-1}, 1), "index -1", "position 0");
    assertMessage(() -> embedding.forward(tape, new int[] {1, 2}, 3), "indices", "3", "2");
    assertMessage(() -> Linear.tied(Parameter.of(3), random), "two dimensions", "[out, in]");
    assertMessage(
        () -> Linear.tied(Parameter.transposed(4, 4), random),
        "[4, 4]",
        "column by column",
        "Parameter.of");
    assertMessage(() -> linear.weight().assign(new float[11]), "[4, 3]", "12", "11");
  }

  private static void assertMessage(Runnable mistake, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(mistake::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
