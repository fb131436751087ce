package io.refrain.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Embedding;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.Linear;
import io.refrain.nn.Parameter;
import io.refrain.tensor.DataParallel;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SampledSoftmaxTest {

  /** The loss for a fixed sample, in plain loops, of x, the weight and the bias. */
  private static double loss(int[] targets, LogUniformSample sample, double[]... at) {
    int in = at[0].length / targets.length;
    double sum = 0;
    for (int row = 0; row < targets.length; row++) {
      double ofTarget = logit(targets[row], row, in, sample, at);
      double exponentials = Math.exp(ofTarget);
      for (int drawn : sample.drawn()) {
        if (drawn != targets[row]) {
          exponentials += Math.exp(logit(drawn, row, in, sample, at));
        }
      }
      sum += Math.log(exponentials) - ofTarget;
    }
    return sum / targets.length;
  }

  private static double logit(
      int number, int row, int in, LogUniformSample sample, double[]... at) {
    double sum = (at.length > 2 ? at[2][number] : 0) - Math.log(sample.expectedCount(number));
    for (int i = 0; i < in; i++) {
      sum += at[0][row * in + i] * at[1][number * in + i];
    }
    return sum;
  }

  @Property(tries = 80)
  void theGradientOfAFixedSampleIsTheDifference(
      @ForAll boolean biased,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 7) int in,
      @ForAll @IntRange(min = 2, max = 20) int classes,
      @ForAll boolean twice,
      @ForAll int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Linear layer =
        biased ? new Linear(in, classes, random) : Linear.withoutBias(in, classes, random);
    Tensor x = Tensor.variable(GradientCheck.values(random, rows * in), rows, in);
    int[] targets = random.ints(rows, 0, classes).toArray();
    LogUniformSample sample = LogUniformSample.draw(classes, random.nextInt(1, classes), random);
    List<Tensor> leaves = new ArrayList<>(List.of(x, layer.weight().tensor()));
    if (biased) {
      leaves.add(layer.bias().tensor());
    }
    List<float[]> values = leaves.stream().map(Tensor::data).toList();
    Tape tape = Tape.recording(ThreadTeam.single());

    Tensor loss = SampledSoftmax.part(tape, x, layer, targets, rows, sample);
    double[][] at = values.stream().map(GradientCheck::doubles).toArray(double[][]::new);
    assertThat((double) loss.item()).isCloseTo(loss(targets, sample, at), within(5e-6));
    tape.backward(twice ? GradientCheck.sum(tape, loss, loss) : loss);

    int uses = twice ? 2 : 1;
    double[][] expected =
        GradientCheck.differences(inputs -> uses * loss(targets, sample, inputs), values);
    for (int i = 0; i < expected.length; i++) {
      GradientCheck.assertClose("leaf " + i, leaves.get(i).gradient(), expected[i]);
    }
  }

  /** Where a sample is nearly everything, so is what its gradient knows. */
  @Test
  void theExpectedGradientTendsToThatOfTheFullSoftmax() {
    int classes = 60;
    SplittableRandom random = new SplittableRandom(1);
    Linear layer = new Linear(5, classes, random);
    Tensor x = Tensor.variable(GradientCheck.values(random, 6 * 5), 6, 5);
    int[] targets = {0, 3, 3, 20, 41, 59};
    Tape tape = Tape.recording(ThreadTeam.single());
    tape.backward(LinearCrossEntropy.mean(tape, x, layer, targets));
    float[] full = layer.weight().gradient();

    double previous = Double.POSITIVE_INFINITY;
    for (int count : new int[] {3, 12, 35, 59}) {
      double[] mean = new double[full.length];
      int samples = 600;
      for (int i = 0; i < samples; i++) {
        layer.weight().tensor().clearGradient();
        LogUniformSample sample = LogUniformSample.draw(classes, count, random);
        tape.backward(SampledSoftmax.part(tape, x, layer, targets, targets.length, sample));
        tape.clear();
        for (int j = 0; j < mean.length; j++) {
          mean[j] += layer.weight().gradient()[j] / samples;
        }
      }
      double error = distance(mean, full);
      assertThat(error).as("error of the mean gradient, %d classes", count).isLessThan(previous);
      previous = 0.8 * error;
    }
    assertThat(previous).isLessThan(0.02);
  }

  /** Relative. */
  private static double distance(double[] actual, float[] expected) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < actual.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      length += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / length);
  }

  @Test
  void classesAreDrawnAsOftenAsIsExpected() {
    int classes = 1_000;
    SplittableRandom random = new SplittableRandom(2);
    double[] drawn = new double[classes];
    double[] expected = new double[classes];
    for (int i = 0; i < 4_000; i++) {
      LogUniformSample sample = LogUniformSample.draw(classes, 50, random);
      assertThat(sample.drawn()).hasSize(50).doesNotHaveDuplicates().isSorted();
      for (int number : sample.drawn()) {
        drawn[number]++;
      }
      for (int number = 0; number < classes; number++) {
        expected[number] += sample.expectedCount(number);
      }
    }
    for (int from = 0; from < classes; from = 2 * from + 1) { // ranks of one size
      int to = Math.min(classes, 2 * from + 1);
      double sum = Arrays.stream(expected, from, to).sum();
      assertThat(Arrays.stream(drawn, from, to).sum())
          .as("draws of %d to %d", from, to)
          .isCloseTo(sum, within(0.03 * sum));
    }
  }

  @Test
  void theGradientIsSparseTooWhereTheWeightIsTied() {
    SplittableRandom random = new SplittableRandom(3);
    Embedding embedding = new Embedding(500, 6, random);
    Linear layer = Linear.tied(embedding.weight(), random);
    Tape tape = Tape.recording(ThreadTeam.single());
    Tensor x = embedding.forward(tape, new int[] {7, 450}, 2);
    LogUniformSample sample = LogUniformSample.draw(500, 10, random);

    tape.backward(SampledSoftmax.part(tape, x, layer, new int[] {499, 7}, 2, sample));

    int most = 10 + 3; // the sample, and 7, 450 and 499
    assertThat(embedding.weight().tensor().gradientPieces()).isBetween(10, most);
    assertThat(layer.bias().tensor().gradientPieces()).isBetween(10, most);
  }

  @Test
  void theNumberOfThreadsChangesNoBit() {
    List<float[]> expected = null;
    for (int threads = 1; threads <= 5; threads++) {
      SplittableRandom random = new SplittableRandom(4);
      Linear layer = new Linear(37, 3_000, random);
      float[] values = GradientCheck.values(random, 41 * 37);
      int[] targets = random.ints(41, 0, 50).toArray();
      try (ThreadTeam team = new ThreadTeam(threads)) {
        DataParallel parallel = new DataParallel(team, 41);
        float loss =
            parallel.backward((tape, shard) -> {
              int first = parallel.firstRow(shard);
              int end = first + parallel.rows(shard);
              Tensor x =
                  Tensor.constant(
                      Arrays.copyOfRange(values, first * 37, end * 37), end - first, 37);
              return SampledSoftmax.part(
                  tape,
                  x,
                  layer,
                  Arrays.copyOfRange(targets, first, end),
                  41,
                  LogUniformSample.draw(3_000, 200, new SplittableRandom(shard)));
            });
        List<float[]> actual = new ArrayList<>(List.of(new float[] {loss}));
        layer.parameters().values().stream().map(Parameter::gradient).forEach(actual::add);
        expected = expected == null ? actual : expected;
        for (int i = 0; i < actual.size(); i++) {
          assertThat(actual.get(i)).as("%d threads, %d", threads, i).isEqualTo(expected.get(i));
        }
      }
    }
  }

  /** A target that is certain has no gradient, and its place in the sample adds none. */
  @Test
  void aTargetThatWasDrawnIsLeftOutThereToTheLastBit() {
    int classes = 80;
    SplittableRandom random = new SplittableRandom(6);
    Linear layer = new Linear(4, classes, random);
    LogUniformSample sample = LogUniformSample.draw(classes, 40, random);
    int target = sample.drawn()[7];
    Arrays.fill(layer.bias().data(), -200f);
    layer.bias().data()[target] = 200f;
    Tensor x = Tensor.variable(GradientCheck.values(random, 4), 1, 4);
    Tape tape = Tape.recording(ThreadTeam.single());

    tape.backward(SampledSoftmax.part(tape, x, layer, new int[] {target}, 1, sample));

    assertThat(Math.abs(layer.bias().gradient()[target])).isEqualTo(0f);
    for (int i = 0; i < 4; i++) {
      assertThat(Math.abs(layer.weight().gradient()[target * 4 + i])).as("%d", i).isEqualTo(0f);
    }
  }

  /** One tape for all, against a tape a shard, whose gradients know other rows each. */
  @Test
  void shardsWithSamplesOfTheirOwnAddUpInATiedWeight() {
    int rows = 7;
    int classes = 90;
    SplittableRandom random = new SplittableRandom(7);
    Embedding embedding = new Embedding(classes, 5, random);
    Linear layer = Linear.tied(embedding.weight(), random);
    int[] inputs = random.ints(rows, 0, classes).toArray();
    int[] targets = random.ints(rows, 0, classes).toArray();
    DataParallel parallel = new DataParallel(ThreadTeam.single(), rows);
    assertThat(parallel.shards()).isEqualTo(2);
    int passes = 2;
    Tape one = Tape.recording(ThreadTeam.single());
    Tensor all = null;
    for (int pass = 0; pass < passes; pass++) {
      for (int shard = 0; shard < 2; shard++) {
        int first = parallel.firstRow(shard);
        int end = first + parallel.rows(shard);
        int[] itsInputs = Arrays.copyOfRange(inputs, first, end);
        int[] itsTargets = Arrays.copyOfRange(targets, first, end);
        Tensor x = embedding.forward(one, itsInputs, end - first);
        LogUniformSample sample = sampleOf(classes, pass, shard);
        Tensor share = SampledSoftmax.part(one, x, layer, itsTargets, rows, sample);
        all = all == null ? share : GradientCheck.sum(one, all, share);
      }
    }
    one.backward(all);
    float expectedLoss = all.item();
    List<Parameter> parameters = List.of(embedding.weight(), layer.bias());
    List<float[]> expected = new ArrayList<>();
    for (Parameter parameter : parameters) {
      expected.add(parameter.gradient().clone());
      parameter.tensor().clearGradient();
    }

    float loss = 0;
    for (int pass = 0; pass < passes; pass++) {
      int number = pass;
      loss +=
          parallel.backward((tape, shard) -> {
            int first = parallel.firstRow(shard);
            int end = first + parallel.rows(shard);
            Tensor x = embedding.forward(tape, Arrays.copyOfRange(inputs, first, end), end - first);
            return SampledSoftmax.part(
                tape,
                x,
                layer,
                Arrays.copyOfRange(targets, first, end),
                rows,
                sampleOf(classes, number, shard));
          });
    }

    assertThat(loss).isCloseTo(expectedLoss, within(1e-5f));
    for (int i = 0; i < expected.size(); i++) {
      GradientCheck.assertClose(
          "leaf " + i,
          ofItsRows(parameters.get(i).tensor()),
          GradientCheck.doubles(expected.get(i)),
          1e-6);
    }
  }

  /** The gradient as an optimizer sees it: of the rows that it knows, which are not all. */
  private static float[] ofItsRows(Tensor leaf) {
    float[] gradient = new float[leaf.size()];
    int pieces = leaf.gradientPieces();
    assertThat(pieces).isLessThan(leaf.length(0));
    leaf.forGradient(
        0,
        pieces,
        (from, length) -> System.arraycopy(leaf.gradient(), from, gradient, from, length));
    return gradient;
  }

  private static LogUniformSample sampleOf(int classes, int pass, int shard) {
    return LogUniformSample.draw(classes, 12, new SplittableRandom(2L * pass + shard));
  }

  @Test
  void mistakesAreNamed() {
    SplittableRandom random = new SplittableRandom(5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogUniformSample.draw(10, 10, random))
        .withMessageContainingAll("below", "10", "full softmax");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogUniformSample.draw(10, 0, random))
        .withMessageContainingAll("at least 1", "0");
    Linear layer = new Linear(4, 9, random);
    Tape tape = Tape.recording(ThreadTeam.single());
    Tensor x = Tensor.constant(new float[8], 2, 4);
    LogUniformSample other = LogUniformSample.draw(10, 3, random);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampledSoftmax.part(tape, x, layer, new int[2], 2, other))
        .withMessageContainingAll("classes of the sample", "9", "10");
    LogUniformSample sample = LogUniformSample.draw(9, 3, random);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampledSoftmax.part(tape, x, layer, new int[] {1, 9}, 2, sample))
        .withMessageContainingAll("target 9", "position 1");
  }
}
