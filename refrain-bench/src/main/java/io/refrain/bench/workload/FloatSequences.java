package io.refrain.bench.workload;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Made-up sequences of vectors, uniform in -1 to 1, the same for Refrain and every peer.
 *
 * <p>The loss of a pass over them is the sum of the outputs of all real time steps, divided by the
 * number of these steps: the gradient of such an output is one over that number, that of a padded
 * one is zero.
 *
 * @param lengths time steps of each sequence, in no order
 * @param steps time steps of the longest
 * @param values [steps, batch, inputs] row-major, zeros after the end of a sequence
 */
@SuppressWarnings("ArrayRecordComponent") // read once, right after it is made
public record FloatSequences(int[] lengths, int steps, float[] values) {
  private static final int SEED = 23;

  /**
   * Makes the sequence of an inference.
   *
   * @param workload gives its sizes
   * @return one sequence
   */
  public static FloatSequences of(SequenceInference workload) {
    int[] lengths = {workload.steps()};
    return draw(lengths, workload.recurrent().inputs(), new SplittableRandom(SEED));
  }

  /**
   * Makes the batch of a ragged pass, or of its padded rival.
   *
   * @param workload gives its sizes
   * @return the batch
   */
  public static FloatSequences of(RaggedPass workload) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] lengths =
        random.ints(workload.batch(), 1, workload.longest() + 1).toArray(); // the end is excluded
    return draw(lengths, workload.recurrent().inputs(), random);
  }

  private static FloatSequences draw(int[] lengths, int inputs, SplittableRandom random) {
    int batch = lengths.length;
    int steps = Arrays.stream(lengths).max().orElseThrow();
    float[] values = new float[steps * batch * inputs];
    for (int sequence = 0; sequence < batch; sequence++) {
      for (int step = 0; step < lengths[sequence]; step++) {
        int start = (step * batch + sequence) * inputs;
        for (int at = start; at < start + inputs; at++) {
          values[at] = (float) random.nextDouble(-1, 1);
        }
      }
    }
    return new FloatSequences(lengths, steps, values);
  }

  /**
   * Counts the time steps that are not padding.
   *
   * @return the sum of the lengths
   */
  public int realSteps() {
    return Arrays.stream(lengths).sum();
  }

  /**
   * Returns the share of real time steps in the padded batch.
   *
   * @return above 0, at most 1
   */
  public double realShare() {
    return (double) realSteps() / ((long) steps * lengths.length);
  }
}
