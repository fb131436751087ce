package io.refrain.optim;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells when averaging begins, as the code of AWD-LSTM's authors does ({@code main.py} of {@code
 * salesforce/awd-lstm-lm}; Merity et al. 2018): at the first validation that is worse than the best
 * of all before it but the last {@code window}.
 *
 * @param window validations that it looks back over, at least 1
 * @param last losses of the last validations, at most {@code window} of them, the oldest first
 * @param bestBefore the smallest loss before those; infinite where there is none
 */
public record NonMonotoneTrigger(int window, List<Double> last, double bestBefore) {

  /** Checks the window. */
  public NonMonotoneTrigger {
    if (window < 1 || last.size() > window) {
      throw new IllegalArgumentException(
          "a trigger over %d validations cannot know the last %d: it needs at least 1, and no more than it looks back over"
              .formatted(window, last.size()));
    }
    last = List.copyOf(last);
  }

  /** Before the first validation. */
  public static NonMonotoneTrigger over(int window) {
    return new NonMonotoneTrigger(window, List.of(), Double.POSITIVE_INFINITY);
  }

  /** Whether a validation with this loss begins averaging. */
  public boolean firesAt(double loss) {
    return loss > bestBefore;
  }

  /** The trigger after a validation. */
  public NonMonotoneTrigger after(double loss) {
    List<Double> losses = new ArrayList<>(last);
    losses.add(loss);
    double best = bestBefore;
    if (losses.size() > window) {
      best = Math.min(best, losses.removeFirst());
    }
    return new NonMonotoneTrigger(window, losses, best);
  }
}
