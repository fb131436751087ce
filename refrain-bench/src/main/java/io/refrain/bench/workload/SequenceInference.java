package io.refrain.bench.workload;

/**
 * One sequence of vectors read to its end with batch 1 and no gradients, as a service does for a
 * request: the result is the last hidden state of the last layer. The slow ones count here, so each
 * unit is timed by itself. The sequence is {@link FloatSequences#of(SequenceInference)}.
 *
 * @param name the workload's
 * @param recurrent what reads it
 * @param steps time steps in the sequence
 */
public record SequenceInference(String name, RecurrentShape recurrent, int steps)
    implements Workload {

  @Override
  public boolean timesEachUnit() {
    return true;
  }
}
