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

class LinearCrossEntropyTest {

  /** How the weights are made. */
  enum Kind {
    WITH_BIAS,
    WITHOUT_BIAS,
    TIED;

    Linear layer(int in, int out, SplittableRandom random) {
      return switch (this) {
        case WITH_BIAS -> new Linear(in, out, random);
        case WITHOUT_BIAS -> Linear.withoutBias(in, out, random);
        case TIED -> Linear.tied(new Embedding(out, in, random).weight(), random);
      };
    }
  }

  /** Inputs, a layer and targets. */
  private static final class Problem {
    final int rows;
    final Linear layer;
    final Tensor x;
    final int[] targets;

    Problem(Kind kind, int rows, int in, int classes, SplittableRandom random) {
      this.rows = rows;
      layer = kind.layer(in, classes, random);
      x = Tensor.variable(GradientCheck.values(random, rows * in), rows, 1, in);
      targets = random.ints(rows, 0, classes).toArray();
    }

    Tensor plain(Tape tape) {
      return CrossEntropy.part(tape, layer.forward(tape, x), targets, rows + 2);
    }

    Tensor inBlocks(Tape tape, int blockRows) {
      return blocked(tape, x, layer, targets, rows + 2, blockRows);
    }

    List<Tensor> leaves() {
      List<Tensor> leaves = new ArrayList<>(List.of(x, layer.weight().tensor()));
      if (layer.hasBias()) {
        leaves.add(layer.bias().tensor());
      }
      return leaves;
    }

    /** The gradients by all leaves, which are cleared. */
    List<float[]> takeGradients() {
      List<float[]> gradients = new ArrayList<>();
      for (Tensor leaf : leaves()) {
        gradients.add(leaf.gradient().clone());
        leaf.clearGradient();
      }
      return gradients;
    }
  }

  /** Some uses of a loss, so that its derivative is not always 1, nor its gradient the first. */
  private static Tensor twiceAndOnce(Tape tape, Tensor first, Tensor second) {
    return GradientCheck.sum(tape, GradientCheck.sum(tape, first, first), second);
  }

  @Property(tries = 80)
  void blocksComeToTheSameAsAllRowsAtOnce(
      @ForAll Kind kind,
      @ForAll @IntRange(min = 1, max = 23) int rows,
      @ForAll @IntRange(min = 1, max = 19) int in,
      @ForAll @IntRange(min = 1, max = 140) int classes,
      @ForAll @IntRange(min = 1, max = 24) int blockRows,
      @ForAll @IntRange(min = 1, max = 3) int threads,
      @ForAll boolean mixed,
      @ForAll int seed) {
    Problem problem = new Problem(kind, rows, in, classes, new SplittableRandom(seed));
    try (ThreadTeam team = new ThreadTeam(threads)) {
      Tape tape = Tape.recording(team);
      Tensor plain = problem.plain(tape);
      tape.backward(mixed ? twiceAndOnce(tape, plain, problem.plain(tape)) : plain);
      List<float[]> expected = problem.takeGradients();

      Tensor blocked = problem.inBlocks(tape, blockRows);
      tape.backward(mixed ? twiceAndOnce(tape, blocked, problem.inBlocks(tape, 2)) : blocked);
      List<float[]> actual = problem.takeGradients();

      assertThat(blocked.item()).isCloseTo(plain.item(), within(1e-6f));
      for (int i = 0; i < expected.size(); i++) {
        GradientCheck.assertClose(
            "gradient " + i, actual.get(i), GradientCheck.doubles(expected.get(i)), 1e-6);
      }
      Tape computing = Tape.computing(team);
      assertThat(problem.inBlocks(computing, blockRows).item()).isEqualTo(blocked.item());
    }
  }

  @Property(tries = 40)
  void theGradientIsTheDifference(
      @ForAll boolean biased,
      @ForAll @IntRange(min = 1, max = 7) int rows,
      @ForAll @IntRange(min = 1, max = 6) int in,
      @ForAll @IntRange(min = 1, max = 20) int classes,
      @ForAll @IntRange(min = 1, max = 8) int blockRows,
      @ForAll int seed) {
    Kind kind = biased ? Kind.WITH_BIAS : Kind.WITHOUT_BIAS;
    Problem problem = new Problem(kind, rows, in, classes, new SplittableRandom(seed));
    Tape tape = Tape.recording(ThreadTeam.single());

    tape.backward(problem.inBlocks(tape, blockRows));

    List<float[]> values = problem.leaves().stream().map(Tensor::data).toList();
    double[][] expected = GradientCheck.differences(at -> loss(problem, at), values);
    for (int i = 0; i < expected.length; i++) {
      GradientCheck.assertClose("leaf " + i, problem.leaves().get(i).gradient(), expected[i]);
    }
  }

  private static double loss(Problem problem, double[][] at) {
    int in = problem.layer.in();
    int classes = problem.layer.out();
    double sum = 0;
    for (int row = 0; row < problem.rows; row++) {
      double exponentials = 0;
      double ofTarget = 0;
      for (int j = 0; j < classes; j++) {
        double logit = at.length > 2 ? at[2][j] : 0;
        for (int i = 0; i < in; i++) {
          logit += at[0][row * in + i] * at[1][j * in + i];
        }
        exponentials += Math.exp(logit);
        ofTarget = j == problem.targets[row] ? logit : ofTarget;
      }
      sum += Math.log(exponentials) - ofTarget;
    }
    return sum / (problem.rows + 2);
  }

  @Test
  void theNumberOfThreadsChangesNoBit() {
    List<float[]> expected = null;
    for (int threads = 1; threads <= 5; threads++) {
      Problem problem = new Problem(Kind.TIED, 31, 37, 1_500, new SplittableRandom(3));
      try (ThreadTeam team = new ThreadTeam(threads)) {
        Tape tape = Tape.recording(team);
        Tensor loss = problem.inBlocks(tape, 8);
        tape.backward(loss);
        List<float[]> actual = problem.takeGradients();
        actual.add(loss.data().clone());
        expected = expected == null ? actual : expected;
        for (int i = 0; i < actual.size(); i++) {
          assertThat(actual.get(i)).as("%d threads, %d", threads, i).isEqualTo(expected.get(i));
        }
      }
    }
  }

  @Test
  void halvesOfABatchAddUp() {
    Problem problem = new Problem(Kind.WITH_BIAS, 13, 9, 70, new SplittableRandom(4));
    Tape tape = Tape.recording(ThreadTeam.single());
    Tensor whole = CrossEntropy.mean(tape, problem.layer.forward(tape, problem.x), problem.targets);
    tape.backward(whole);
    List<float[]> expected = problem.takeGradients();

    DataParallel parallel = new DataParallel(ThreadTeam.single(), problem.rows);
    for (int pass = 0; pass < 2; pass++) {
      float loss =
          parallel.backward((itsTape, shard) -> {
            int first = parallel.firstRow(shard);
            int end = first + parallel.rows(shard);
            Tensor x =
                Tensor.constant(
                    Arrays.copyOfRange(problem.x.data(), first * 9, end * 9), end - first, 9);
            int[] targets = Arrays.copyOfRange(problem.targets, first, end);
            return blocked(itsTape, x, problem.layer, targets, problem.rows, 3);
          });
      assertThat(loss).isCloseTo(whole.item(), within(1e-6f));
      int leaf = 1; // x was cut
      for (Parameter parameter : problem.layer.parameters().values()) {
        GradientCheck.assertClose(
            "leaf " + leaf, parameter.gradient(), GradientCheck.doubles(expected.get(leaf++)));
        parameter.tensor().clearGradient();
      }
    }
  }

  /** Past the limit from which on rows are taken in blocks; the room below tells that they are. */
  @Test
  void manyRowsOfManyClassesComeToTheSameAsThePlainLoss() {
    Problem problem = new Problem(Kind.WITH_BIAS, 400, 3, 10_500, new SplittableRandom(7));
    Tape tape = Tape.recording(ThreadTeam.single());
    Tensor plain = problem.plain(tape);
    tape.backward(plain);
    List<float[]> expected = problem.takeGradients();
    float[] losses = new float[problem.rows];

    Tensor loss =
        LinearCrossEntropy.part(
            tape, problem.x, problem.layer, problem.targets, problem.rows + 2, losses);
    tape.backward(loss);

    assertThat(LinearCrossEntropy.values(problem.rows, 3, 10_500))
        .isLessThan(2.0 * problem.rows * 10_500);
    assertThat(loss.item()).isCloseTo(plain.item(), within(1e-5f));
    assertThat(CrossEntropy.sum(losses, problem.rows) / (problem.rows + 2))
        .isCloseTo(plain.item(), within(1e-5));
    List<float[]> actual = problem.takeGradients();
    for (int i = 0; i < expected.size(); i++) {
      GradientCheck.assertClose(
          "gradient " + i, actual.get(i), GradientCheck.doubles(expected.get(i)), 1e-6);
    }
  }

  /** What a loss over many rows takes beyond one over few is a fraction of their logits. */
  @Test
  void theRoomDoesNotGrowWithRowsTimesClasses() {
    int classes = 12_000;
    long few = room(768, classes);
    long many = room(3_072, classes);

    assertThat(few).isLessThan(768L * classes);
    assertThat(many - few).as("room for 2,304 rows more").isBetween(1L, 2_304L * classes / 50);
  }

  private static long room(int rows, int classes) {
    Problem problem = new Problem(Kind.WITH_BIAS, rows, 8, classes, new SplittableRandom(5));
    Tape tape = Tape.recording(ThreadTeam.single());
    tape.backward(LinearCrossEntropy.mean(tape, problem.x, problem.layer, problem.targets));
    return tape.room();
  }

  @Test
  void mistakesAreNamed() {
    Problem problem = new Problem(Kind.WITH_BIAS, 3, 4, 5, new SplittableRandom(6));
    Tape tape = Tape.recording(ThreadTeam.single());
    Tensor narrow = Tensor.constant(new float[9], 3, 3);
    for (int blockRows : new int[] {2, 3}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> blocked(tape, problem.x, problem.layer, new int[2], 3, blockRows))
          .withMessageContainingAll("targets", "3", "2");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> blocked(tape, problem.x, problem.layer, new int[] {0, 5, 1}, 3, blockRows))
          .withMessageContainingAll("target 5", "position 1", "4");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> blocked(tape, problem.x, problem.layer, problem.targets, 2, blockRows))
          .withMessageContainingAll("2 rows", "3 rows");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearCrossEntropy.mean(tape, narrow, problem.layer, problem.targets))
        .withMessageContainingAll("last dimension", "4", "3");
  }

  private static Tensor blocked(
      Tape tape, Tensor x, Linear layer, int[] targets, int totalRows, int blockRows) {
    float[] losses = new float[targets.length];
    return LinearCrossEntropy.blocked(tape, x, layer, targets, totalRows, losses, blockRows);
  }
}
