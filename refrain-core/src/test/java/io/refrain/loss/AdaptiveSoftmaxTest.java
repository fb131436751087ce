package io.refrain.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.Parameter;
import io.refrain.tensor.DataParallel;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AdaptiveSoftmaxTest {

  /** A softmax, inputs and targets. */
  private static final class Problem {
    final int rows;
    final int in;
    final int classes;
    final AdaptiveSoftmax softmax;
    final Tensor x;
    final int[] targets;

    Problem(int rows, int in, int classes, AdaptiveSoftmax.Options options, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      this.rows = rows;
      this.in = in;
      this.classes = classes;
      softmax = new AdaptiveSoftmax(in, classes, options, random);
      x = Tensor.variable(GradientCheck.values(random, rows * in), rows, 1, in);
      targets = random.ints(rows, 0, classes).toArray();
    }

    /** With 1 to 3 clusters of any size. */
    static Problem draw(int rows, int seed) {
      SplittableRandom random = new SplittableRandom(seed);
      int classes = random.nextInt(4, 40);
      List<Integer> cutoffs =
          random.ints(random.nextInt(1, 4), 1, classes).sorted().distinct().boxed().toList();
      double divValue = random.nextInt(1, 5) / 2.0 + 0.5; // 1 to 2.5
      int in = 1 + (int) Math.ceil(Math.pow(divValue, cutoffs.size())) + random.nextInt(4);
      return new Problem(
          rows,
          in,
          classes,
          new AdaptiveSoftmax.Options(cutoffs, divValue, random.nextBoolean()),
          seed);
    }

    List<float[]> leaves() {
      List<float[]> leaves = new ArrayList<>(List.of(x.data()));
      softmax.parameters().values().forEach(parameter -> leaves.add(parameter.values()));
      return leaves;
    }

    /** log P of every class, from x and the weights in order, in plain loops. */
    double[] logProbabilities(int row, double[]... at) {
      AdaptiveSoftmax.Options options = softmax.options();
      int shortlist = options.cutoffs().getFirst();
      int next = 1;
      double[] input = Arrays.copyOfRange(at[0], row * in, (row + 1) * in);
      double[] head = product(at[next++], input);
      if (options.headBias()) {
        for (int i = 0; i < head.length; i++) {
          head[i] += at[next][i];
        }
        next++;
      }
      logSoftmax(head);
      double[] result = Arrays.copyOf(head, classes);
      for (int cluster = 0; cluster < options.clusters(); cluster++) {
        double[] tail = product(at[next + 1], product(at[next], input));
        next += 2;
        logSoftmax(tail);
        for (int i = 0; i < tail.length; i++) {
          result[options.cutoffs().get(cluster) + i] = head[shortlist + cluster] + tail[i];
        }
      }
      return result;
    }

    private static double[] product(double[] weight, double[] x) {
      double[] y = new double[weight.length / x.length];
      for (int i = 0; i < weight.length; i++) {
        y[i / x.length] += weight[i] * x[i % x.length];
      }
      return y;
    }

    private static void logSoftmax(double[] values) {
      double logSumExp = Math.log(Arrays.stream(values).map(Math::exp).sum());
      for (int i = 0; i < values.length; i++) {
        values[i] -= logSumExp;
      }
    }

    double loss(double[]... at) {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        sum -= logProbabilities(row, at)[targets[row]];
      }
      return sum / rows;
    }

    /** A cluster that no target is in has no gradient: zeros. */
    List<float[]> gradients() {
      List<float[]> gradients = new ArrayList<>(List.of(x.gradient().clone()));
      for (Parameter parameter : softmax.parameters().values()) {
        gradients.add(
            parameter.tensor().hasGradient() ? parameter.gradient() : new float[parameter.size()]);
      }
      return gradients;
    }

    void clearGradients() {
      x.clearGradient();
      softmax.parameters().values().forEach(parameter -> parameter.tensor().clearGradient());
    }

    void assertGradients(double[][] expected) {
      List<float[]> gradients = gradients();
      for (int i = 0; i < expected.length; i++) {
        GradientCheck.assertClose("leaf " + i, gradients.get(i), expected[i]);
      }
    }
  }

  @Property(tries = 80)
  void theLossIsTheTargetsProbabilityAndItsGradientTheDifference(
      @ForAll @IntRange(min = 1, max = 9) int rows, @ForAll boolean twice, @ForAll int seed) {
    Problem problem = Problem.draw(rows, seed);
    Tape tape = Tape.recording(ThreadTeam.single());

    Tensor loss = problem.softmax.mean(tape, problem.x, problem.targets);
    double[][] leaves =
        problem.leaves().stream().map(GradientCheck::doubles).toArray(double[][]::new);
    assertThat((double) loss.item()).isCloseTo(problem.loss(leaves), within(3e-6));
    tape.backward(twice ? GradientCheck.sum(tape, loss, loss) : loss);

    int uses = twice ? 2 : 1;
    problem.assertGradients(
        GradientCheck.differences(at -> uses * problem.loss(at), problem.leaves()));
    float computed =
        problem
            .softmax
            .mean(Tape.computing(ThreadTeam.single()), problem.x, problem.targets)
            .item();
    assertThat(computed).isEqualTo(loss.item());
  }

  @Property(tries = 60)
  void logProbabilitiesAreThoseOfAllClasses(
      @ForAll @IntRange(min = 1, max = 5) int rows, @ForAll int seed) {
    Problem problem = Problem.draw(rows, seed);
    float[] weights = GradientCheck.values(new SplittableRandom(seed + 1L), rows * problem.classes);
    Tape tape = Tape.recording(ThreadTeam.single());

    Tensor y = problem.softmax.logProbabilities(tape, problem.x);
    assertThat(y.shape()).containsExactly(rows, 1, problem.classes);
    tape.backward(GradientCheck.weightedSum(tape, y, weights));

    GradientCheck.Function sum =
        at -> {
          double result = 0;
          for (int row = 0; row < rows; row++) {
            double[] expected = problem.logProbabilities(row, at);
            for (int i = 0; i < expected.length; i++) {
              result += weights[row * problem.classes + i] * expected[i];
            }
          }
          return result;
        };
    problem.assertGradients(GradientCheck.differences(sum, problem.leaves()));
    assertRows(problem, y.data());
  }

  /** Of every row: the values, their sum, the likeliest, and the same of the frozen softmax. */
  private static void assertRows(Problem problem, float[] y) {
    double[][] leaves =
        problem.leaves().stream().map(GradientCheck::doubles).toArray(double[][]::new);
    int[] likeliest = problem.softmax.predict(Tape.computing(ThreadTeam.single()), problem.x);
    FrozenAdaptiveSoftmax frozen = problem.softmax.freeze();
    FrozenAdaptiveSoftmax.Room room = frozen.room();
    float[] ofOne = new float[problem.classes];
    for (int row = 0; row < problem.rows; row++) {
      float[] actual = Arrays.copyOfRange(y, row * problem.classes, (row + 1) * problem.classes);
      GradientCheck.assertClose("row " + row, actual, problem.logProbabilities(row, leaves));
      double all = 0;
      for (float value : actual) {
        all += Math.exp(value);
        assertThat(value).isLessThanOrEqualTo(actual[likeliest[row]]);
      }
      assertThat(all).isCloseTo(1, within(1e-5));
      frozen.logProbabilities(
          1,
          Arrays.copyOfRange(problem.x.data(), row * problem.in, (row + 1) * problem.in),
          room,
          null,
          ofOne);
      assertThat(ofOne).isEqualTo(actual);
    }
    float[] ofAll = new float[y.length];
    try (ThreadTeam team = new ThreadTeam(3)) {
      frozen.logProbabilities(problem.rows, problem.x.data(), room, team, ofAll);
    }
    assertThat(ofAll).isEqualTo(y);
  }

  private static final AdaptiveSoftmax.Options TWO_CLUSTERS =
      new AdaptiveSoftmax.Options(List.of(300, 1_400), 3, true);

  @Test
  void theNumberOfThreadsChangesNoBit() {
    List<float[]> expected = null;
    for (int threads = 1; threads <= 5; threads++) {
      Problem problem = new Problem(61, 37, 2_600, TWO_CLUSTERS, 3);
      try (ThreadTeam team = new ThreadTeam(threads)) {
        DataParallel parallel = new DataParallel(team, problem.rows);
        float loss = 0;
        for (int pass = 0; pass < 2; pass++) {
          loss = parallel.backward((tape, shard) -> part(problem, parallel, tape, shard));
        }
        List<float[]> actual = new ArrayList<>(List.of(new float[] {loss}));
        problem.softmax.parameters().values().forEach(p -> actual.add(p.gradient()));
        expected = expected == null ? actual : expected;
        for (int i = 0; i < actual.size(); i++) {
          assertThat(actual.get(i)).as("%d threads, %d", threads, i).isEqualTo(expected.get(i));
        }
      }
    }
  }

  private static Tensor part(Problem problem, DataParallel parallel, Tape tape, int shard) {
    int first = parallel.firstRow(shard);
    int end = first + parallel.rows(shard);
    float[] x = Arrays.copyOfRange(problem.x.data(), first * problem.in, end * problem.in);
    int[] targets = Arrays.copyOfRange(problem.targets, first, end);
    Tensor itsX = Tensor.constant(x, end - first, problem.in);
    return problem.softmax.part(tape, itsX, targets, problem.rows);
  }

  @Test
  void halvesOfABatchAddUpWhereAClusterIsMetByOneAlone() {
    Problem problem =
        new Problem(8, 12, 30, new AdaptiveSoftmax.Options(List.of(5, 9), 2, false), 4);
    Arrays.setAll(
        problem.targets, i -> i < 4 ? i : 9 + i); // the second half meets the last cluster
    Tape tape = Tape.recording(ThreadTeam.single());
    Tensor whole = problem.softmax.mean(tape, problem.x, problem.targets);
    tape.backward(whole);
    List<float[]> expected = problem.gradients();
    problem.clearGradients();

    DataParallel parallel = new DataParallel(ThreadTeam.single(), problem.rows);
    float loss = parallel.backward((its, shard) -> part(problem, parallel, its, shard));

    assertThat(loss).isCloseTo(whole.item(), within(1e-6f));
    SequencedMap<String, Parameter> parameters = problem.softmax.parameters();
    int leaf = 1; // x was cut
    for (String name : parameters.keySet()) {
      float[] gradient = expected.get(leaf++);
      boolean met = !name.startsWith("tail.0");
      assertThat(parameters.get(name).tensor().hasGradient()).as(name).isEqualTo(met);
      if (met) {
        GradientCheck.assertClose(
            name, parameters.get(name).gradient(), GradientCheck.doubles(gradient));
      }
    }
  }

  /** Steps that meet other numbers of rows in a cluster use the same buffers, all but some. */
  @Test
  void theRoomStaysWhateverTheTargetsAre() {
    Problem problem = new Problem(61, 37, 2_600, TWO_CLUSTERS, 5);
    Tape tape = Tape.recording(ThreadTeam.single());
    SplittableRandom random = new SplittableRandom(6);
    long room = 0;
    for (int step = 0; step < 6; step++) {
      int all = step;
      Arrays.setAll(problem.targets, i -> i < 10 * all ? random.nextInt(300, 2_600) : i);
      if (step > 0) {
        problem.targets[60] = 2_000; // each cluster is met
        problem.targets[59] = 1_000;
      }
      tape.backward(problem.softmax.mean(tape, problem.x, problem.targets));
      tape.clear();
      if (step == 1) {
        room = tape.room();
      }
    }
    assertThat(tape.room()).isLessThan(room + room / 10); // what products copy is small
  }

  @Test
  void namesAndShapesArePyTorchs() {
    AdaptiveSoftmax softmax =
        new AdaptiveSoftmax(
            64,
            1_000,
            new AdaptiveSoftmax.Options(List.of(100, 400), 4, true),
            new SplittableRandom(1));

    List<String> shapes = new ArrayList<>();
    softmax
        .parameters()
        .forEach((name, parameter) -> {
          shapes.add(name + " " + Arrays.toString(parameter.shape()));
          int in = parameter.shape().length > 1 ? parameter.shape()[1] : 64;
          for (float value : parameter.values()) {
            assertThat(Math.abs(value)).isLessThanOrEqualTo((float) (1 / Math.sqrt(in)));
          }
        });
    assertThat(shapes)
        .containsExactly(
            "head.weight [102, 64]",
            "head.bias [102]",
            "tail.0.0.weight [16, 64]",
            "tail.0.1.weight [300, 16]",
            "tail.1.0.weight [4, 64]",
            "tail.1.1.weight [600, 4]");
  }

  @Property(tries = 300)
  void aProjectionIsAsWideAsTheDivisorGoesIntoItsInputWhole(
      @ForAll @IntRange(min = 1, max = 2_000) int in,
      @ForAll @IntRange(min = 10, max = 60) int tenths,
      @ForAll @IntRange(min = 0, max = 3) int cluster) {
    double divisor = Math.pow(tenths / 10.0, cluster + 1.0);
    int exact = new BigDecimal(in).divideToIntegralValue(new BigDecimal(divisor)).intValueExact();

    assertThat(options(tenths / 10.0).width(in, cluster)).isEqualTo(exact);
  }

  /** Python: 320 // 3.2, 256 // 1.6, 300 // 1.5, 100 // 2.5**2. */
  @Test
  void widthsArePythons() {
    assertThat(options(3.2).width(320, 0)).isEqualTo(99);
    assertThat(options(1.6).width(256, 0)).isEqualTo(159);
    assertThat(options(1.5).width(300, 0)).isEqualTo(200);
    assertThat(options(2.5).width(100, 1)).isEqualTo(16);
  }

  private static AdaptiveSoftmax.Options options(double divValue) {
    return new AdaptiveSoftmax.Options(List.of(2, 3, 4, 5), divValue, false);
  }

  @Test
  void mistakesAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdaptiveSoftmax.Options(List.of(), 4, false))
        .withMessageContaining("at least one cutoff");
    for (List<Integer> cutoffs : List.of(List.of(0, 4), List.of(4, 4), List.of(5, 4))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new AdaptiveSoftmax.Options(cutoffs, 4, false))
          .withMessageContainingAll("rise", cutoffs.toString());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdaptiveSoftmax.Options(List.of(3), 0.5, false))
        .withMessageContainingAll("div value", "0.5");
    AdaptiveSoftmax.Options options = new AdaptiveSoftmax.Options(List.of(3, 10), 4, false);
    SplittableRandom random = new SplittableRandom(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdaptiveSoftmax(16, 10, options, random))
        .withMessageContainingAll("10", "[3, 10]", "leave those out");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdaptiveSoftmax(15, 11, options, random))
        .withMessageContainingAll("15", "2 divisions", "4", "fewer cutoffs");
    AdaptiveSoftmax softmax = new AdaptiveSoftmax(16, 11, options, random);
    Tape tape = Tape.recording(ThreadTeam.single());
    Tensor x = Tensor.constant(new float[32], 2, 16);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> softmax.mean(tape, x, new int[] {0, 11}))
        .withMessageContainingAll("target 11", "position 1", "10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> softmax.mean(tape, Tensor.constant(new float[8], 8), new int[1]))
        .withMessageContainingAll("16", "8");
  }
}
