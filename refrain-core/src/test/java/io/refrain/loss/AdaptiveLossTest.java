package io.refrain.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AdaptiveLossTest {
  private static final int IN = 9;
  private static final int CLASSES = 24;
  private static final AdaptiveSoftmax.Options OPTIONS =
      new AdaptiveSoftmax.Options(List.of(5, 13), 2, true);

  @Property(tries = 80)
  void blocksComeToTheSameAsAllRowsAtOnce(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 12) int blockRows,
      @ForAll @IntRange(min = 1, max = 3) int threads,
      @ForAll boolean twice,
      @ForAll int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AdaptiveSoftmax softmax = new AdaptiveSoftmax(IN, CLASSES, OPTIONS, random);
    Tensor x = Tensor.variable(GradientCheck.values(random, rows * IN), rows, IN);
    int[] targets = random.ints(rows, 0, CLASSES).toArray();
    List<Tensor> leaves = new ArrayList<>(List.of(x));
    softmax.parameters().values().stream().map(Parameter::tensor).forEach(leaves::add);
    try (ThreadTeam team = new ThreadTeam(threads)) {
      Tape tape = Tape.recording(team);
      float[] expectedLosses = new float[rows];
      Tensor whole = softmax.part(tape, x, targets, rows + 2, expectedLosses);
      tape.backward(twice ? GradientCheck.sum(tape, whole, whole) : whole);
      List<float[]> expected = takeGradients(leaves);

      float[] losses = new float[rows];
      Tensor blocked = softmax.blocked(tape, x, targets, rows + 2, losses, blockRows);
      tape.backward(twice ? GradientCheck.sum(tape, blocked, blocked) : blocked);
      List<float[]> actual = takeGradients(leaves);

      assertThat(blocked.item()).isCloseTo(whole.item(), within(1e-6f));
      GradientCheck.assertClose("losses", losses, GradientCheck.doubles(expectedLosses), 1e-6);
      for (int i = 0; i < expected.size(); i++) {
        GradientCheck.assertClose(
            "leaf " + i, actual.get(i), GradientCheck.doubles(expected.get(i)), 1e-6);
      }
    }
  }

  /** The gradients by all leaves, which are cleared; zeros where nothing has flowed in. */
  private static List<float[]> takeGradients(List<Tensor> leaves) {
    List<float[]> gradients = new ArrayList<>();
    for (Tensor leaf : leaves) {
      gradients.add(leaf.hasGradient() ? leaf.gradient().clone() : new float[leaf.size()]);
      leaf.clearGradient();
    }
    return gradients;
  }

  @Test
  void aBlockHasAMillionLogitsOrSixteenRows() {
    assertThat(AdaptiveLoss.blockRows(1)).isEqualTo(384);
    assertThat(AdaptiveLoss.blockRows(2_730)).isEqualTo(384);
    assertThat(AdaptiveLoss.blockRows(10_000)).isEqualTo(104);
    assertThat(AdaptiveLoss.blockRows(65_536)).isEqualTo(16);
    assertThat(AdaptiveLoss.blockRows(1_000_000)).isEqualTo(16);
  }
}
