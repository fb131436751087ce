package io.refrain.evaluate;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.Tape;

/** Reads with the weights as they are. */
public final class PlainReader implements TextReader {
  /** Enough for products with all rows of a stretch to be fast. */
  private static final int STEPS = 512;

  private final LanguageModel model;
  private final Tape tape;
  private final RecurrentState state;

  /**
   * Begins a text.
   *
   * @param model whose weights nobody may change meanwhile
   * @param team shares the work; changes no bit
   */
  public PlainReader(LanguageModel model, ThreadTeam team) {
    this.model = model;
    tape = Tape.reading(team);
    state = model.initialState(1);
  }

  @Override
  public LanguageModelConfig config() {
    return model.config();
  }

  @Override
  public int steps() {
    return STEPS;
  }

  @Override
  public Stretch read(int[] tokens, int[] targets) {
    tape.clear();
    float[] losses = new float[targets.length];
    LanguageModel.Reading reading =
        model.read(tape, tokens, targets, tokens.length, 1, state, losses);
    state.assign(reading.state());
    return new Stretch(reading.hidden().data(), losses);
  }
}
