package io.refrain.bench.workload;

import java.util.List;

/**
 * Forward and backward of a batch of sequences of different lengths, uniform in 1 to {@code
 * longest}; the gradients are those of {@link FloatSequences}' loss. No weight changes, so every
 * pass does the same.
 *
 * @param name the workload's
 * @param recurrent what reads the sequences
 * @param batch how many sequences
 * @param longest the most time steps a sequence may have
 */
public record RaggedPass(String name, RecurrentShape recurrent, int batch, int longest)
    implements Workload {

  /**
   * The same batch in the form that wastes the padding.
   *
   * @return what a ragged pass is held against
   */
  @Override
  public List<Workload> rivals() {
    return List.of(new PaddedPass(this));
  }
}
