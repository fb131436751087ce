package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, in words that name the thing, its value, and what to do. */
class RecurrentMistakesTest {
  private static final StackOptions LSTM = StackOptions.of(new LstmCell(), 3, 5);
  private static final StackOptions GRU = StackOptions.of(new GruCell(), 3, 5);

  private final Tape tape = Tape.recording(ThreadTeam.single());
  private final SplittableRandom random = new SplittableRandom(8);
  private final Tensor x = Tensor.constant(new float[4 * 2 * 3], 4, 2, 3);

  private RecurrentStack stack(StackOptions options) {
    return new RecurrentStack(options, random);
  }

  private static void assertMessage(Runnable mistake, String message) {
    assertThatIllegalArgumentException().isThrownBy(mistake::run).withMessage(message);
  }

  private void assertRagged(String message, int... lengths) {
    RecurrentStack stack = stack(LSTM);
    assertMessage(
        () -> stack.forward(tape, Sequences.of(x).withLengths(lengths), stack.initialState(2)),
        message);
  }

  @Test
  void lengthsThatDoNotFitTheBatch() {
    assertRagged(
        "length of sequence 1 must be at least 1 and at most the 4 steps of the batch, but is 0:"
            + " leave empty sequences out",
        4,
        0);
    assertRagged(
        "length of sequence 0 must be at least 1 and at most the 4 steps of the batch, but is 5",
        5,
        4);
    assertRagged(
        "length of sequence 0 must be at least 1 and at most the 4 steps of the batch, but is -1",
        -1,
        4);
    assertRagged("a batch of 2 sequences needs as many lengths, but got 3", 4, 3, 2);
    assertRagged("a batch of 2 sequences needs as many lengths, but got 0");
    RecurrentStack batchFirst = stack(LSTM.withBatchFirst());
    Sequences three = Sequences.of(x).withLengths(3, 1, 1, 1);
    assertMessage(
        () -> batchFirst.forward(tape, three, batchFirst.initialState(4)),
        "length of sequence 0 must be at least 1 and at most the 2 steps of the batch, but is 3");
  }

  @Test
  void statesOfAnotherCellOrShape() {
    RecurrentStack lstm = stack(LSTM);
    RecurrentStack gru = stack(GRU);
    assertMessage(
        () -> lstm.forward(tape, x, gru.initialState(2)),
        "number of tensors in the state of layer 0 must be 2 for LstmCell, but is 1: begin with"
            + " initialState(2)");
    assertMessage(
        () -> gru.forward(tape, x, lstm.initialState(2)),
        "number of tensors in the state of layer 0 must be 1 for GruCell, but is 2: begin with"
            + " initialState(2)");
    assertMessage(
        () -> lstm.forward(tape, x, lstm.initialState(3)),
        "the hidden state of layer 0 must have the shape [2, 5], but is tensor of shape [3, 5]:"
            + " begin with initialState(2)");
    Tensor h = Tensor.constant(new float[2 * 5], 2, 5);
    Tensor narrow = Tensor.constant(new float[2 * 4], 2, 4);
    assertMessage(
        () -> lstm.forward(tape, x, RecurrentState.of(List.of(List.of(h, narrow)))),
        "the cell state of layer 0 must have the shape [2, 5], but is tensor of shape [2, 4]: begin"
            + " with initialState(2)");
    RecurrentStack projected = stack(LSTM.withProjection(2));
    assertMessage(
        () -> projected.forward(tape, x, RecurrentState.of(List.of(List.of(h, h)))),
        "the hidden state of layer 0 must have the shape [2, 2], but is tensor of shape [2, 5]:"
            + " begin with initialState(2)");
    RecurrentStack both = stack(GRU.withBothDirections());
    Tensor wide = Tensor.constant(new float[2 * 6], 2, 6);
    assertMessage(
        () -> both.forward(tape, x, gru.initialState(2)),
        "number of layers in the state, each direction counted, must be 2, but is 1");
    assertMessage(
        () -> both.forward(tape, x, RecurrentState.of(List.of(List.of(h), List.of(wide)))),
        "the hidden state of layer 0, reverse must have the shape [2, 5], but is tensor of shape"
            + " [2, 6]: begin with initialState(2)");
  }

  @Test
  void tensorsThatAreNoState() {
    Tensor h = Tensor.constant(new float[2 * 5], 2, 5);
    Tensor flat = Tensor.constant(new float[2 * 5], 10);
    Tensor three = Tensor.constant(new float[3 * 5], 3, 5);
    assertMessage(
        () -> RecurrentState.of(List.of()),
        "a state needs the states of at least one layer: see initialState(batch) of the stack");
    assertMessage(
        () -> RecurrentState.of(List.of(List.of(h), List.of())),
        "layer 1 of a state has no tensors: give it the hidden state at least");
    assertMessage(
        () -> RecurrentState.of(List.of(List.of(h, flat))),
        "every tensor in layer 0 of this state must have the shape [2, width], but one is tensor of"
            + " shape [10]");
    assertMessage(
        () -> RecurrentState.of(List.of(List.of(flat))),
        "every tensor in layer 0 of this state must have the shape [batch, width], but one is"
            + " tensor of shape [10]");
    assertMessage(
        () -> RecurrentState.of(List.of(List.of(h), List.of(three))),
        "every tensor in layer 1 of this state must have the shape [2, width], but one is tensor of"
            + " shape [3, 5]");
  }

  @Test
  void aStateThatFitsInItsFirstLayerAloneIsNotCopiedAtAll() {
    RecurrentState target = stack(LSTM.withHidden(List.of(5, 6))).initialState(2);
    RecurrentState source = stack(LSTM.withHidden(List.of(5, 7))).initialState(2);
    java.util.Arrays.fill(source.layer(0).getFirst().data(), 1f);

    assertMessage(
        () -> target.assign(source), "hidden size of a state of layer 1 must be 6, but is 7");

    assertThat(target.isZero()).isTrue();
  }

  @Test
  void statesThatCannotBeCopied() {
    RecurrentState lstm = stack(LSTM).initialState(2);
    RecurrentState gru = stack(GRU).initialState(2);
    assertMessage(
        () -> lstm.assign(gru),
        "number of states of layer 0 (is it another cell's?) must be 2, but is 1");
    assertMessage(
        () -> gru.assign(lstm),
        "number of states of layer 0 (is it another cell's?) must be 1, but is 2");
    assertMessage(
        () -> lstm.assign(stack(LSTM).initialState(3)),
        "batch size of a state must be 2, but is 3");
    assertMessage(
        () -> lstm.assign(stack(LSTM.withLayers(2)).initialState(2)),
        "number of layers of a state must be 1, but is 2");
    assertMessage(
        () -> lstm.assign(stack(LSTM.withProjection(3)).initialState(2)),
        "hidden size of a state of layer 0 must be 5, but is 3");
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, -1})
  void projectionsThatAreNotSmallerThanTheState(int projection) {
    assertMessage(
        () -> LSTM.withProjection(projection),
        "projection must be at least 0 (0: none) and smaller than the hidden size 5, but is "
            + projection);
  }

  @Test
  void optionsThatDoNotGoTogether() {
    for (int projection : new int[] {2, 9}) {
      assertMessage(
          () -> GRU.withProjection(projection),
          "GruCell cannot be projected: use an LSTM, or a projection of 0");
    }
    assertMessage(
        () -> StackOptions.of(new MinLstmCell(), 3, 5).withProjection(2),
        "MinLstmCell cannot be projected: use an LSTM, or a projection of 0");
    assertMessage(
        () -> LSTM.withProjection(4).withHidden(List.of(5, 4)),
        "projection must be at least 0 (0: none) and smaller than the hidden size 4, but is 4");
    String residual =
        "residual connections need layers of one width, but the hidden sizes are [5, 6]: make them"
            + " the same";
    assertMessage(() -> GRU.withHidden(List.of(5, 6)).withResidual(), residual);
    assertMessage(() -> GRU.withResidual().withHidden(List.of(5, 6)), residual);
    assertMessage(
        () -> StackOptions.of(new MinGruCell(), 3, 5).with(new Regularization(0, false, 0.5, 0, 0)),
        "weight drop needs a weight of the hidden state, which MinGruCell does not have: set it to"
            + " 0");
    assertMessage(() -> GRU.withHidden(List.of()), "number of layers must be at least 1, but is 0");
    assertMessage(() -> GRU.withHidden(List.of(5, 0)), "hidden size must be at least 1, but is 0");
    assertMessage(() -> GRU.withLayers(-2), "number of layers must be at least 1, but is -2");
  }

  @Test
  void optionsThatWouldChangeNothing() {
    for (StepCell cell : List.of(new LayerNormLstmCell(), new LayerNormGruCell())) {
      assertMessage(
          () -> StackOptions.of(cell, 3, 5).withoutBias(),
          "the products of %s have no biases to leave out: build it without withoutBias()"
              .formatted(cell.getClass().getSimpleName()));
    }
    for (Cell cell : List.of(new GruCell(), new LayerNormGruCell(), new MinLstmCell())) {
      assertMessage(
          () -> StackOptions.of(cell, 3, 5).with(new Regularization(0, false, 0, 0, 0.1)),
          ("zoneout of the cell state needs a state beside the hidden one, which %s does not have:"
                  + " set it to 0")
              .formatted(cell.getClass().getSimpleName()));
    }
    assertMessage(
        () -> stack(LSTM.with(new Regularization(0, true, 0.1, 0.1, 0.1))),
        "locked dropout needs a dropout above 0: set its probability, or do not lock it");
    stack(LSTM.with(new Regularization(0.1, true, 0.1, 0.1, 0.1)).withoutBias());
  }

  /** Each changes its own option and leaves what was chosen before. */
  @Test
  void optionsKeepOneAnother() {
    Regularization dropout = Regularization.dropout(0.1);
    StackOptions all =
        LSTM.withLayers(2)
            .withProjection(2)
            .withoutBias()
            .withBothDirections()
            .withResidual()
            .withBatchFirst()
            .withIndexedInput()
            .with(dropout);

    assertThat(all)
        .isEqualTo(
            new StackOptions(
                LSTM.cell(), 3, List.of(5, 5), 2, false, true, true, true, true, dropout));
    assertThat(all.with(LSTM.regularization()).withHidden(List.of(4, 3)).hidden())
        .containsExactly(4, 3);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.NEGATIVE_INFINITY})
  void whatIsNoProbability(double p) {
    assertMessage(() -> Regularization.dropout(p), "dropout must be between 0 and 1, but is " + p);
    assertMessage(
        () -> new Regularization(0, false, p, 0, 0),
        "weight drop must be between 0 and 1, but is " + p);
    assertMessage(
        () -> new Regularization(0, false, 0, p, 0),
        "zoneout of the hidden state must be between 0 and 1, but is " + p);
    assertMessage(
        () -> new Regularization(0, true, 0, 0, p),
        "zoneout of the cell state must be between 0 and 1, but is " + p);
  }

  @Test
  void aCellsParameterWithoutValues() {
    assertMessage(
        () -> new CellParameter("gain", 0, 1),
        "size of the cell's parameter gain must be at least 1, but is 0");
  }

  @Test
  void bothDirectionsCannotAdvanceStepByStep() {
    RecurrentStack both = stack(LSTM.withBothDirections());
    assertThatIllegalStateException()
        .isThrownBy(both::freeze)
        .withMessage(
            "a stack of both directions needs the end of a sequence before its beginning: it cannot"
                + " advance step by step; use forward, or build it without withBothDirections()");
  }
}
