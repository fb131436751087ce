package io.refrain.train;

import java.util.Locale;

/**
 * Something that ails a training and that its loss does not tell.
 *
 * @param kind what it is
 * @param layer the {@linkplain io.refrain.model.LanguageModel#layers layer} that it shows in most
 * @param figure how bad it is; its kind says what is counted
 */
public record Finding(Kind kind, String layer, double figure) {

  /** What can ail a training. */
  public enum Kind {
    /** Nearly every update is clipped hard; the figure is how many times too long gradients are. */
    EXPLODING_CLIPPED,
    /** Gradients have suddenly become longer; the figure is how many times. */
    EXPLODING_GROWN,
    /** Hardly any gradient goes far back in time; the figure is how many steps it is felt for. */
    VANISHING_IN_TIME,
    /** Hardly any gradient comes down to the layer; the figure is its share of the top layer's. */
    VANISHING_IN_DEPTH,
    /** Outputs are stuck near -1 or 1; the figure is the share of the layer's units. */
    SATURATED_OUTPUT,
    /**
     * Gates are stuck open or shut; the figure is their share of the layer's. Never found in cells
     * with layer normalization, which do not report their gates.
     */
    SATURATED_GATES,
    /** Outputs of relu are always 0; the figure is the share of the layer's units. */
    DEAD_UNITS;

    /** Its name in files, such as {@code vanishing-in-time}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
