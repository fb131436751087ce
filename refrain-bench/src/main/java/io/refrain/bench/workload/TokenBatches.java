package io.refrain.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Batches of made-up text, the same for Refrain and every peer. Three of four tokens are the fixed
 * successor of the token before, the others are drawn anew with small indices likelier than large
 * ones, so that a network has something to learn, gathers hit common rows often as in text, and no
 * file is needed.
 */
public final class TokenBatches {

  /** As many as an epoch of the notebook has. */
  private static final int BATCHES = 17;

  private static final double PREDICTABLE = 0.75;
  private static final int SEED = 42;

  /**
   * One batch.
   *
   * @param inputs token indices, [steps, batch] row-major
   * @param targets the token after each input, same layout
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, right after it is made
  public record Batch(long[] inputs, long[] targets) {}

  private TokenBatches() {}

  /**
   * Makes the batches of one epoch.
   *
   * @param workload gives vocabulary, batch and steps
   * @return the batches, which training goes round and round
   */
  public static List<Batch> of(TrainingStep workload) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] successor = permutation(workload.model().vocabulary(), random);
    List<Batch> batches = new ArrayList<>();
    for (int index = 0; index < BATCHES; index++) {
      batches.add(batch(workload, successor, random));
    }
    return batches;
  }

  private static Batch batch(TrainingStep workload, int[] successor, SplittableRandom random) {
    int batch = workload.batch();
    long[] inputs = new long[workload.steps() * batch];
    long[] targets = new long[inputs.length];
    for (int row = 0; row < batch; row++) {
      int token = draw(workload.model().vocabulary(), random);
      for (int step = 0; step < workload.steps(); step++) {
        inputs[step * batch + row] = token;
        boolean predictable = random.nextDouble() < PREDICTABLE;
        token = predictable ? successor[token] : draw(workload.model().vocabulary(), random);
        targets[step * batch + row] = token;
      }
    }
    return new Batch(inputs, targets);
  }

  /** The logarithm of index + 1 is uniform, which is close to Zipf's law. */
  private static int draw(int vocabulary, SplittableRandom random) {
    return (int) Math.pow(vocabulary + 1.0, random.nextDouble()) - 1;
  }

  private static int[] permutation(int size, SplittableRandom random) {
    int[] values = new int[size];
    for (int index = 0; index < size; index++) {
      int other = random.nextInt(index + 1);
      values[index] = values[other];
      values[other] = index;
    }
    return values;
  }
}
