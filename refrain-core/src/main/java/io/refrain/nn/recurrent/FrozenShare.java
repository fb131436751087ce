package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thread's part of a step of a {@link FrozenLayer}, some units of some rows, and the room that
 * it needs. Of its own arrays each is laid out for these alone, the states for all.
 */
final class FrozenShare {
  private static final Kernels KERNELS = Kernels.get();

  private final FrozenLayer layer;
  private final Cut cut;
  private final int row;
  private final int rows;
  private final int first;
  private final int units;
  private final int gateCount;
  private final int outputFirst; // this part's outputs
  private final int outputs;
  private final float[] gates; // [steps · rows × gates·units]
  private final float[] recurrent; // [rows × blocks kept apart · units]
  private final float[] decay; // [rows × units], of a scan cell
  private final float[] drive; // [rows × units]
  private final @Nullable CellStep cellStep;

  /**
   * What of a step is one thread's.
   *
   * @param row the first
   * @param rows how many
   * @param part which part of the units of a layer, and of its outputs
   * @param parts how many there are
   */
  record Cut(int row, int rows, int part, int parts) {}

  /** Takes a part; several steps are for a single row. */
  FrozenShare(FrozenLayer layer, Cut cut, int steps) {
    this.layer = layer;
    this.cut = cut;
    row = cut.row();
    rows = cut.rows();
    first = from(layer.hidden);
    units = to(layer.hidden) - first;
    gateCount = layer.cell.gates() * units;
    outputFirst = from(layer.output);
    outputs = to(layer.output) - outputFirst;
    gates = new float[Math.multiplyExact(steps * rows, gateCount)];
    recurrent = new float[rows * layer.apart * units];
    decay = new float[layer.cell instanceof ScanCell ? rows * units : 0];
    drive = new float[decay.length];
    if (layer.cell instanceof StepCell cell) {
      cellStep = new CellStep(cell, units, units, layer.hidden, new float[gateCount]);
      cellStep.rows = rows;
      cellStep.gates = gates;
      cellStep.recurrent = recurrent;
      cellStep.notes = new float[rows * cell.notes(units)];
      cellStep.previousAt = row * layer.hidden + first;
      cellStep.nextAt = cellStep.previousAt;
      System.arraycopy(layer.own, 0, cellStep.parameters, 0, layer.own.length);
    } else {
      cellStep = null;
    }
  }

  /** Where this part of so many units or outputs begins. */
  private int from(int width) {
    return FrozenLayer.boundary(width, cut.part(), cut.parts());
  }

  /** Where it ends. */
  private int to(int width) {
    return FrozenLayer.boundary(width, cut.part() + 1, cut.parts());
  }

  boolean fits(Cut other, int steps) {
    return cut.equals(other) && gates.length >= steps * rows * gateCount;
  }

  /** gates = W_ih · x + bias, of all steps. */
  void project(float[] x, int xAt, int steps) {
    for (int i = 0; i < steps * rows; i++) {
      copyUnits(layer.bias, 0, gates, i * gateCount);
    }
    int at = xAt + row * layer.input;
    for (int gate = 0; gate < layer.cell.gates(); gate++) {
      Panels weight = layer.weightInput[gate];
      multiply(steps * rows, layer.input, x, at, weight, gates, gate * units, gateCount);
    }
  }

  /** gates = the columns of W_ih that the indices of the rows name, bias included. */
  void gather(int[] indices) {
    float[] columns = Objects.requireNonNull(layer.columns);
    for (int i = 0; i < rows; i++) {
      copyUnits(columns, indices[row + i] * layer.bias.length, gates, i * gateCount);
    }
  }

  /** Copies this share's units of each gate. */
  private void copyUnits(float[] from, int fromAt, float[] to, int toAt) {
    for (int gate = 0; gate < layer.cell.gates(); gate++) {
      int at = fromAt + gate * layer.hidden + first;
      System.arraycopy(from, at, to, toAt + gate * units, units);
    }
  }

  /** result += x · weight, for this share's units of one gate. */
  private void multiply(
      int count,
      int k,
      float[] x,
      int xAt,
      Panels weight,
      float[] result,
      int resultAt,
      int resultRow) {
    int end = first + units;
    int at = resultAt - first;
    KERNELS.multiply(count, k, first, end, x, xAt, k, 1, weight, result, at, resultRow);
  }

  /** The next states, but for what is done to them afterwards. */
  void step(StepCell cell, int t, float[][] previous, float[][] next, float[] fresh) {
    CellStep s = Objects.requireNonNull(cellStep);
    s.gatesAt = t * rows * gateCount;
    int apart = layer.apart * units;
    for (int i = 0; i < rows; i++) {
      for (int block = 0; block < layer.apart; block++) {
        int at = (layer.joined() + block) * layer.hidden + first;
        System.arraycopy(layer.hiddenBias, at, recurrent, i * apart + block * units, units);
      }
    }
    int hAt = row * layer.output;
    for (int gate = 0; gate < layer.cell.gates(); gate++) {
      int block = gate - layer.joined();
      Panels weight = layer.weightHidden[gate];
      if (block < 0) {
        int at = s.gatesAt + gate * units;
        multiply(rows, layer.output, previous[0], hAt, weight, gates, at, gateCount);
      } else {
        multiply(rows, layer.output, previous[0], hAt, weight, recurrent, block * units, apart);
      }
    }
    System.arraycopy(previous, 0, s.previous, 0, previous.length);
    System.arraycopy(next, 0, s.next, 0, next.length);
    if (layer.projection != null) {
      s.next[0] = fresh;
    }
    cell.forward(s);
  }

  /** h = W_hr · fresh, as much of it as is this share's. */
  void projectOutput(Panels weight, float[] fresh, float[] h) {
    int end = outputFirst + outputs;
    int hidden = layer.hidden;
    int width = layer.output;
    for (int i = row; i < row + rows; i++) {
      Arrays.fill(h, i * width + outputFirst, i * width + end, 0f);
    }
    int at = row * hidden;
    KERNELS.multiply(
        rows, hidden, outputFirst, end, fresh, at, hidden, 1, weight, h, row * width, width);
  }

  /** Mixes the previous states into the next, as {@link Zoneout} does when nothing is drawn. */
  void zoneout(float[][] previous, float[][] next) {
    for (int state = 0; state < layer.rates.length; state++) {
      float rate = layer.rates[state];
      int width = layer.width(state);
      for (int r = row; rate > 0 && r < row + rows; r++) {
        int end = r * width + to(width);
        for (int i = r * width + from(width); i < end; i++) {
          next[state][i] += (previous[state][i] - next[state][i]) * rate;
        }
      }
    }
  }

  /** h = decay ⊙ h + drive. */
  void scan(ScanCell cell, int t, float[] previous, float[] next) {
    float rate = layer.rates[0];
    cell.forward(new ScanStep(rows, units, gates, t * rows * gateCount, decay, drive, 0));
    for (int r = 0; r < rows; r++) {
      int shift = (row + r) * layer.hidden + first - r * units;
      for (int i = r * units; i < (r + 1) * units; i++) {
        float kept = rate > 0 ? decay[i] + rate * (1 - decay[i]) : decay[i];
        float driven = rate > 0 ? drive[i] - rate * drive[i] : drive[i];
        next[shift + i] = driven + kept * previous[shift + i];
      }
    }
  }

  /** Copies this share's part of an output to the same rows of others. */
  void copyOutput(float[] output, float[] copies, int at) {
    for (int i = row; i < row + rows; i++) {
      int place = i * layer.output + outputFirst;
      System.arraycopy(output, place, copies, at + place, outputs);
    }
  }
}
