package io.refrain.bench.workload;

import java.util.List;

/**
 * A case of the benchmark: the sizes of a language model and what one unit of work does with it.
 *
 * <p>A unit of {@link Unit#TRAINING_STEP} is the notebook's training step: state of zeros, forward,
 * mean cross-entropy over all {@code batch * steps} targets, zero gradients, backward, clip the
 * gradients' global norm, SGD. A unit of {@link Unit#GENERATED_CHARACTER} reads one token with
 * batch 1, carries the state and feeds the likeliest next token back.
 *
 * @param name the case on the command line
 * @param unit what is counted
 * @param cell the recurrent cell
 * @param embedded whether an embedding of width {@code hidden} is part of the model
 * @param vocabulary number of distinct tokens
 * @param hidden width of the hidden state
 * @param layers number of stacked recurrent layers
 * @param batch sequences in a batch
 * @param steps time steps in a sequence
 */
public record Workload(
    String name,
    Unit unit,
    CellKind cell,
    boolean embedded,
    int vocabulary,
    int hidden,
    int layers,
    int batch,
    int steps) {

  /** What is timed. */
  public enum Unit {
    /** One batch: forward, backward, clip, update. */
    TRAINING_STEP,
    /** One greedy character with batch 1, without gradients. */
    GENERATED_CHARACTER
  }

  /** Learning rate of SGD in every training case, as in the notebook. */
  public static final double LEARNING_RATE = 0.1;

  /** Limit of the gradients' global norm in every training case, as in the notebook. */
  public static final double CLIP_NORM = 1.0;

  private static final int CHARACTERS = 28;
  private static final int WORDS = 4581;
  private static final int HIDDEN = 256;

  private static final List<Workload> ALL =
      List.of(
          training("rnn-notebook", false, CHARACTERS, 1),
          training("rnn-word", false, WORDS, 2),
          training("rnn-word-embedding", true, WORDS, 2),
          new Workload(
              "generate-rnn",
              Unit.GENERATED_CHARACTER,
              CellKind.RNN,
              false,
              CHARACTERS,
              HIDDEN,
              1,
              1,
              1));

  private static Workload training(String name, boolean embedded, int vocabulary, int layers) {
    return new Workload(
        name, Unit.TRAINING_STEP, CellKind.RNN, embedded, vocabulary, HIDDEN, layers, 32, 18);
  }

  /**
   * Finds a case by its name.
   *
   * @param name for example {@code rnn-notebook}
   * @return the case
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Workload named(String name) {
    return ALL.stream()
        .filter(workload -> workload.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "There is no case '%s'; choose one of %s."
                    .formatted(name, ALL.stream().map(Workload::name).toList())));
  }

  /**
   * Returns the same sizes with another cell.
   *
   * @param other the cell
   * @return the changed case
   */
  public Workload withCell(CellKind other) {
    return new Workload(name, unit, other, embedded, vocabulary, hidden, layers, batch, steps);
  }
}
