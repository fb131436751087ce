package io.refrain.bench.workload;

import java.util.SplittableRandom;

/**
 * The weights that Refrain and every peer start a case from, so that their losses can be compared
 * as well as their times. They are drawn from PyTorch's initial distribution, uniform within {@code
 * 1 / sqrt(hidden)} (wider for generation), in one order: embedding, if there is one; W_ih, W_hh,
 * b_ih, b_hh of each layer; output weights and bias, if there are any, in PyTorch's order.
 */
public final class InitialWeights {

  private static final int SEED = 7;

  /** With PyTorch's weights an untrained network repeats one character; with these it does not. */
  private static final double GENERATION_GAIN = 1.7;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final double limit;

  /**
   * Starts the sequence of a case's weights.
   *
   * @param workload gives the hidden size, on which the distribution depends
   */
  public InitialWeights(Workload workload) {
    limit =
        switch (workload) {
          case TrainingStep step -> limit(step.model().recurrent());
          case Generation generation -> GENERATION_GAIN * limit(generation.model().recurrent());
          case SequenceInference inference -> limit(inference.recurrent());
          case RaggedPass ragged -> limit(ragged.recurrent());
          case PaddedPass padded -> limit(padded.ragged().recurrent());
          case OutputPass output -> 1 / Math.sqrt(output.width());
          case TokenizerWorkload tokens ->
              throw new IllegalArgumentException(tokens.name() + " has no weights");
        };
  }

  private static double limit(RecurrentShape shape) {
    return 1 / Math.sqrt(shape.hidden());
  }

  /**
   * Draws the next matrix [rows, columns] row-major, or vector.
   *
   * @param size how many weights it has
   * @return the weights
   */
  public float[] next(int size) {
    float[] values = new float[size];
    for (int index = 0; index < size; index++) {
      values[index] = (float) random.nextDouble(-limit, limit);
    }
    return values;
  }
}
