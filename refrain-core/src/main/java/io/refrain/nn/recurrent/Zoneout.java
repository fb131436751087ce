package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.nn.Dropout;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Zoneout (Krueger et al. 2017) over one pass of a layer: a value of a state keeps what it was, as
 * if its time step had not been,
 *
 * <pre>
 *   state = fresh + kept ⊙ (previous - fresh)
 * </pre>
 *
 * where {@code kept} is drawn anew for every step in training, and is the probability itself
 * otherwise.
 */
final class Zoneout {
  private static final Kernels KERNELS = Kernels.get();

  private final float[] rates;
  private final float[][] kept; // [state][rows × width]
  private final float[] held; // [state][batch × hidden] in one array

  private final boolean any;
  private final int batch;
  private final int hidden;

  private Zoneout(float[] rates, float[][] kept, float[] held, boolean any, int batch, int hidden) {
    this.rates = rates;
    this.kept = kept;
    this.held = held;
    this.any = any;
    this.batch = batch;
    this.hidden = hidden;
  }

  /**
   * Draws what is kept.
   *
   * @param rates one for each state of the cell, 0 where a state is left alone
   * @param random null when not training
   */
  static Zoneout of(
      Tape tape,
      RecurrentLayer layer,
      Timeline timeline,
      float[] rates,
      @Nullable RandomGenerator random) {
    float[][] kept = new float[rates.length][];
    boolean any = false;
    for (int state = 0; state < rates.length; state++) {
      boolean changes = rates[state] > 0;
      any |= changes;
      int size = changes ? Tensor.size(timeline.size(), layer.stateWidth(state)) : 0;
      kept[state] = tape.buffer(size);
      if (!changes) {
        continue;
      }
      if (random == null) {
        Arrays.fill(kept[state], rates[state]);
      } else {
        int drop = Dropout.TOTAL - Dropout.parts(rates[state]);
        KERNELS.mask(random.nextLong(), 0, drop, 1f, kept[state], 0, size);
      }
    }
    float[] held = tape.buffer(any ? Tensor.size(rates.length, timeline.batch(), layer.hidden) : 0);
    return new Zoneout(rates, kept, held, any, timeline.batch(), layer.hidden);
  }

  /** Whether any state may keep what it was. */
  boolean changesAny() {
    return any;
  }

  /** Whether a state may keep what it was. */
  boolean changes(int state) {
    return rates[state] > 0;
  }

  /**
   * target = fresh + kept ⊙ (previous - fresh), {@code fresh} standing where {@code target} does.
   */
  void mix(
      int state,
      float[] fresh,
      float[] previous,
      int previousAt,
      float[] target,
      int at,
      int length) {
    KERNELS.mix(fresh, at, previous, previousAt, kept[state], at, target, at, length);
  }

  /**
   * Splits a gradient, which stands for {@code length} values from {@code keptAt} on: what was kept
   * is added to {@code previous}, the rest stays.
   */
  void split(
      int state,
      float[] gradient,
      int at,
      int keptAt,
      float[] previous,
      int previousAt,
      int length) {
    float[] share = kept[state];
    for (int i = 0; i < length; i++) {
      float back = gradient[at + i] * share[keptAt + i];
      previous[previousAt + i] += back;
      gradient[at + i] -= back;
    }
  }

  /** Takes what goes past the cell out of the carried gradients. */
  void holdBack(CellStep step) {
    int size = step.rows * step.hidden;
    for (int state = 1; state < rates.length; state++) {
      if (changes(state)) {
        int at = state * batch * hidden + step.carriedAt;
        Arrays.fill(held, at, at + size, 0f);
        split(state, step.carriedGradient[state], step.carriedAt, step.nextAt, held, at, size);
      }
    }
  }

  /** Adds to the carried gradients what {@link #holdBack} took. */
  void giveBack(CellStep step) {
    int size = step.rows * step.hidden;
    for (int state = 1; state < rates.length; state++) {
      if (changes(state)) {
        int at = state * batch * hidden + step.carriedAt;
        KERNELS.add(held, at, step.carriedGradient[state], step.carriedAt, size);
      }
    }
  }

  /** Lets decay and drive of a scan keep what is kept: decay + kept ⊙ (1 - decay), and so on. */
  void keepInScan(float[] decay, float[] drive, int at, int length) {
    if (changes(0)) {
      for (int i = at; i < at + length; i++) {
        decay[i] += kept[0][i] * (1 - decay[i]);
        drive[i] -= kept[0][i] * drive[i];
      }
    }
  }

  /** Turns the gradients of what {@link #keepInScan} left into those of what it was given. */
  void splitInScan(float[] decay, float[] drive, int at, int length) {
    if (changes(0)) {
      for (int i = at; i < at + length; i++) {
        decay[i] -= kept[0][i] * decay[i];
        drive[i] -= kept[0][i] * drive[i];
      }
    }
  }
}
