package io.refrain.nn.recurrent;

import static io.refrain.nn.recurrent.StackProblem.seed;
import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Dropout between layers, made visible by a cell that hands on what it reads: of ones, what comes
 * out is the mask.
 */
class LayerDropoutTest {
  private static final int WIDTH = 50;
  private static final int[] LENGTHS = {3, 7, 1, 7, 5, 2};
  private static final int STEPS = 7;

  private final Tape tape = Tape.computing(ThreadTeam.single());

  /** h' = its gate. */
  private static final class HandOn implements StepCell {
    @Override
    public int gates() {
      return 1;
    }

    @Override
    public int states() {
      return 1;
    }

    @Override
    public void forward(CellStep s) {
      System.arraycopy(s.gates, s.gatesAt, s.next[0], s.nextAt, s.rows * s.hidden);
    }

    @Override
    public void backward(CellStep s) {
      System.arraycopy(s.hiddenGradient, s.hiddenGradientAt, s.gates, s.gatesAt, s.rows * s.hidden);
    }
  }

  /** What comes out of layers that hand ones on, [sequence][step][value]. */
  private float[][][] masks(int layers, Regularization regularization, int... lengths) {
    StackOptions options =
        StackOptions.of(new HandOn(), WIDTH, WIDTH)
            .withLayers(layers)
            .withoutBias()
            .with(regularization);
    RecurrentStack stack = new RecurrentStack(options, new SplittableRandom(1));
    stack
        .parameters()
        .forEach((name, parameter) -> {
          float[] values = new float[parameter.size()];
          for (int i = 0; name.startsWith("weight_ih") && i < WIDTH; i++) {
            values[i * WIDTH + i] = 1;
          }
          parameter.assign(values);
        });
    int batch = LENGTHS.length;
    float[] ones = new float[STEPS * batch * WIDTH];
    Arrays.fill(ones, 1f);
    Sequences sequences = Sequences.of(Tensor.constant(ones, STEPS, batch, WIDTH));
    sequences = lengths.length == 0 ? sequences : sequences.withLengths(lengths);
    float[] output =
        stack.forward(tape, sequences, stack.initialState(batch), seed(9)).output().data();
    float[][][] masks = new float[batch][STEPS][];
    for (int row = 0; row < batch; row++) {
      for (int t = 0; t < STEPS; t++) {
        int at = (t * batch + row) * WIDTH;
        masks[row][t] = Arrays.copyOfRange(output, at, at + WIDTH);
      }
    }
    return masks;
  }

  @Test
  void dropsAsOftenAsAskedForAndScalesTheRestUp() {
    float[][][] masks = masks(2, Regularization.dropout(0.3));

    int dropped = 0;
    for (float[][] sequence : masks) {
      for (float[] mask : sequence) {
        for (float value : mask) {
          assertThat(value).isIn(0f, (float) (1 / 0.7));
          dropped += value == 0 ? 1 : 0;
        }
      }
    }
    // 2100 values: five deviations are 0.05
    assertThat(dropped / (double) (LENGTHS.length * STEPS * WIDTH)).isBetween(0.25, 0.35);
    assertThat(masks[0][0]).as("drawn anew at each step").isNotEqualTo(masks[0][1]);
    assertThat(masks[0][0]).as("and for each sequence").isNotEqualTo(masks[1][0]);
  }

  @Test
  void aLockedMaskIsTheSameAtEveryStepOfASequence() {
    for (int[] lengths : new int[][] {{}, LENGTHS}) {
      float[][][] masks = masks(2, new Regularization(0.3, true, 0, 0, 0), lengths);

      for (int row = 0; row < LENGTHS.length; row++) {
        int length = lengths.length == 0 ? STEPS : lengths[row];
        for (int t = 0; t < length; t++) {
          assertThat(masks[row][t]).as("sequence %d, step %d", row, t).isEqualTo(masks[row][0]);
        }
        assertThat(masks[row][0]).contains(0f).contains((float) (1 / 0.7));
        assertThat(masks[row][0])
            .as("sequences have masks of their own")
            .isNotEqualTo(masks[(row + 1) % LENGTHS.length][0]);
      }
    }
  }

  /** Masks of three layers are two, and the output of the last is left alone. */
  @Test
  void dropsBetweenLayersOnlyAndAnewForEach() {
    assertThat(masks(1, Regularization.dropout(0.5))[0][0]).containsOnly(1f);
    assertThat(masks(2, Regularization.dropout(0.5))[0][0]).containsOnly(0f, 2f);

    int kept = 0;
    for (float[][] sequence : masks(3, Regularization.dropout(0.5))) {
      for (float[] mask : sequence) {
        for (float value : mask) {
          assertThat(value).isIn(0f, 4f);
          kept += value == 0 ? 0 : 1;
        }
      }
    }
    assertThat(kept / (double) (LENGTHS.length * STEPS * WIDTH)).isBetween(0.2, 0.3);
  }

  @Test
  void probabilityZeroDropsNothingAndOneEverything() {
    assertThat(masks(2, Regularization.dropout(0))[0][0]).containsOnly(1f);
    assertThat(masks(2, Regularization.dropout(1))[0][0]).containsOnly(0f);
    assertThat(masks(2, new Regularization(1, true, 0, 0, 0), LENGTHS)[0][0]).containsOnly(0f);
  }
}
