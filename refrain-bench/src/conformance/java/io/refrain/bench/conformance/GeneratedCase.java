package io.refrain.bench.conformance;

import io.refrain.nn.recurrent.StackOptions;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A network and how it is fed, drawn from the case's number: the kind of layer takes turns, all
 * else is chance.
 *
 * @param number tells cases apart, and seeds their values
 * @param steps the length of the padded sequences
 * @param batch how many sequences
 * @param lengths of the sequences, in any order; null where none is padded
 * @param stateGiven whether an initial state is, rather than zeros
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, never compared
record GeneratedCase(
    int number,
    Network network,
    int steps,
    int batch,
    int @Nullable [] lengths,
    boolean stateGiven) {

  /** A layer of PyTorch, LSTM with a projection counted apart. */
  record Kind(CellKind cell, boolean projected) {}

  static final List<Kind> KINDS =
      List.of(
          new Kind(CellKind.RNN_TANH, false),
          new Kind(CellKind.RNN_RELU, false),
          new Kind(CellKind.LSTM, false),
          new Kind(CellKind.LSTM, true),
          new Kind(CellKind.GRU, false));

  private static final List<Network.Head> HEADS =
      List.of(Network.Head.NONE, Network.Head.EVERY_STEP, Network.Head.LAST_STATE);

  /** Around vector registers, tiles of products, and what is no multiple of anything. */
  private static final int[] SIZES = {
    1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 48, 64, 65, 100, 130, 257
  };

  private static final int MOST_STEPS = 40;
  private static final int MOST_ROWS = 40;

  /** Terms of the matrix products that a case may cost, so that a run takes minutes. */
  private static final double MOST_TERMS = 1.5e8;

  /**
   * Hidden values of relu that a case may have in all: each has a chance of some 1e-8 to lie so
   * near to zero that rounding decides on which side, where no gradient can be compared.
   */
  private static final double MOST_RELUS = 2e4;

  static GeneratedCase of(int number) {
    SplittableRandom random = new SplittableRandom(number);
    Network network = network(kindOf(number), random);
    int steps = random.nextInt(1, MOST_STEPS + 1);
    int batch = random.nextInt(1, MOST_ROWS + 1);
    int rows = mostRows(network);
    while (steps * batch > rows && steps * batch > 1) {
      if (steps > batch) {
        steps = (steps + 1) / 2;
      } else {
        batch = (batch + 1) / 2;
      }
    }
    boolean ragged = random.nextBoolean();
    int longest = random.nextBoolean() ? steps : random.nextInt(1, steps + 1);
    int[] lengths = ragged ? random.ints(batch, 1, longest + 1).toArray() : null;
    return new GeneratedCase(number, network, steps, batch, lengths, random.nextBoolean());
  }

  static Kind kindOf(int number) {
    return KINDS.get(number % KINDS.size());
  }

  private static Network network(Kind kind, SplittableRandom random) {
    CellKind cell = kind.cell();
    int hidden = size(random, kind.projected() ? 1 : 0);
    StackOptions options =
        StackOptions.of(cell.cell(), size(random, 0), hidden).withLayers(random.nextInt(1, 4));
    options = kind.projected() ? options.withProjection(random.nextInt(1, hidden)) : options;
    options = random.nextBoolean() ? options.withoutBias() : options;
    options = random.nextBoolean() ? options.withBothDirections() : options;
    options = random.nextBoolean() ? options.withBatchFirst() : options;
    options = random.nextBoolean() ? options.withIndexedInput() : options;
    Network.Head head = HEADS.get(random.nextInt(HEADS.size()));
    return Network.of(cell, 1, 1).with(options).with(head, random.nextInt(1, 70));
  }

  /** The smaller of two draws, since small sizes are where the edges are, and cheap. */
  private static int size(SplittableRandom random, int from) {
    int first = random.nextInt(from, SIZES.length);
    return SIZES[Math.min(first, random.nextInt(from, SIZES.length))];
  }

  /** How many rows of all steps together the limits leave. */
  private static int mostRows(Network network) {
    double rows = MOST_TERMS / Network.size(network.recurrentShapes().values());
    if (network.kind() == CellKind.RNN_RELU) {
      rows = Math.min(rows, MOST_RELUS / network.stateLayers() / network.hidden());
    }
    return (int) rows;
  }

  Input input(SplittableRandom random) {
    StackOptions options = network.options();
    int rows = options.batchFirst() ? batch : steps;
    int columns = options.batchFirst() ? steps : batch;
    return options.indexed()
        ? new Input.Indices(
            Draws.indices(random, rows * columns, options.input()), rows, columns, lengths)
        : new Input.Dense(Draws.values(random, 1, rows, columns, options.input()), lengths);
  }

  List<Shaped> initialState(SplittableRandom random) {
    return stateGiven ? states(random) : List.of();
  }

  private List<Shaped> states(SplittableRandom random) {
    return network.stateShapes(batch).stream()
        .map(shape -> Draws.values(random, 1, shape))
        .toList();
  }

  Objective objective(SplittableRandom random) {
    return switch (network.head()) {
      case EVERY_STEP ->
          new Objective.CrossEntropy(Draws.indices(random, steps * batch, network.classes()));
      case LAST_STATE ->
          new Objective.CrossEntropy(Draws.indices(random, batch, network.classes()));
      case NONE -> {
        int width = network.options().directions() * network.outputWidth();
        Shaped output =
            network.options().batchFirst()
                ? Draws.values(random, 1, batch, steps, width)
                : Draws.values(random, 1, steps, batch, width);
        yield new Objective.WeightedSum(output, states(random));
      }
    };
  }

  @Override
  public String toString() {
    return "case %d: %s; %d rows of %d steps%s%s"
        .formatted(
            number,
            network,
            batch,
            steps,
            lengths == null ? "" : ", lengths " + Arrays.toString(lengths),
            stateGiven ? ", state given" : "");
  }
}
