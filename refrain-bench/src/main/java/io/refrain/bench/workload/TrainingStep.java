package io.refrain.bench.workload;

import java.util.List;
import java.util.Locale;

/**
 * A training step, as the notebook does it: state of zeros, forward, mean cross-entropy over all
 * {@code batch * steps} targets, zero gradients, backward, clip the gradients' global norm, update.
 *
 * @param name the workload's
 * @param model what is trained
 * @param update how its weights change
 * @param batch sequences in a batch
 * @param steps time steps in a sequence
 */
public record TrainingStep(String name, LanguageShape model, Update update, int batch, int steps)
    implements LanguageWorkload {

  /**
   * A cell that no peer has is compared with the GRU of its width, Refrain's and the peers'.
   *
   * @return that training step, or nothing
   */
  @Override
  public List<Workload> rivals() {
    return model.cell() == CellKind.MIN_GRU ? List.of(withCell(CellKind.GRU)) : List.of();
  }

  private TrainingStep withCell(CellKind cell) {
    String otherName = name + "-as-" + cell.name().toLowerCase(Locale.ROOT);
    return new TrainingStep(otherName, model.withCell(cell), update, batch, steps);
  }
}
