package io.refrain.nn.recurrent;

import java.util.List;

/**
 * What keeps the values of a cell within bounds. A unit that is stuck at a bound passes on hardly
 * any gradient, so it learns hardly anything.
 *
 * @param output what the output has come through
 * @param sigmoidGates which blocks of the gates {@code forward} leaves between 0 and 1
 */
public record Squashing(Output output, List<Integer> sigmoidGates) {
  /** Of a cell that keeps nothing within bounds, or does not tell. */
  public static final Squashing NONE = new Squashing(Output.UNBOUNDED, List.of());

  /** What an output has come through. */
  public enum Output {
    /** Something without bounds. */
    UNBOUNDED,
    /** Hyperbolic tangent, or a mean of its values: from -1 to 1. */
    TANH,
    /** The positive part: at least 0. */
    RELU
  }

  /** Keeps the list. */
  public Squashing {
    sigmoidGates = List.copyOf(sigmoidGates);
  }

  /** By tanh, and with gates from 0 to 1. */
  static Squashing tanh(Integer... sigmoidGates) {
    return new Squashing(Output.TANH, List.of(sigmoidGates));
  }
}
