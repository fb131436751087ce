package io.refrain.nn.recurrent;

import java.util.function.Predicate;

/** An Elman cell that fails at the steps that it is told to; threads may share its units. */
final class FailingCell implements StepCell {
  private final ElmanCell elman = new ElmanCell(ElmanCell.Nonlinearity.TANH);
  private final Predicate<CellStep> fails;

  FailingCell(Predicate<CellStep> fails) {
    this.fails = fails;
  }

  @Override
  public int gates() {
    return 1;
  }

  @Override
  public int states() {
    return 1;
  }

  @Override
  public boolean unitwise() {
    return true;
  }

  @Override
  public void forward(CellStep step) {
    if (fails.test(step)) {
      throw new ArithmeticException("the cell failed");
    }
    elman.forward(step);
  }

  @Override
  public void backward(CellStep step) {
    elman.backward(step);
  }
}
