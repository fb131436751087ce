package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One thread's units of a {@link FrozenLayer}, and the room that it needs. */
final class FrozenShare {
  private static final Kernels KERNELS = Kernels.get();

  private final FrozenLayer layer;
  private final int parts;
  private final int first;
  private final int units;
  private final int gateCount;
  private final float[] gates; // [steps × gates·units]
  private final float[] recurrent; // [blocks kept apart × units]
  private final float[] decay; // [units], of a scan cell
  private final float[] drive; // [units]
  private final @Nullable CellStep cellStep;

  /** Takes a part of a layer's units. */
  FrozenShare(FrozenLayer layer, int part, int parts, int steps) {
    this.layer = layer;
    this.parts = parts;
    first = FrozenLayer.boundary(layer.hidden, part, parts);
    units = FrozenLayer.boundary(layer.hidden, part + 1, parts) - first;
    gateCount = layer.cell.gates() * units;
    gates = new float[Math.multiplyExact(steps, gateCount)];
    recurrent = new float[layer.apart * units];
    decay = new float[layer.cell instanceof ScanCell ? units : 0];
    drive = new float[decay.length];
    if (layer.cell instanceof StepCell cell) {
      cellStep = new CellStep(cell, units, units, new float[gateCount]);
      cellStep.rows = 1;
      cellStep.gates = gates;
      cellStep.recurrent = recurrent;
      cellStep.notes = new float[cell.notes(units)];
      cellStep.previousAt = first;
      cellStep.nextAt = first;
      System.arraycopy(layer.own, 0, cellStep.parameters, 0, layer.own.length);
    } else {
      cellStep = null;
    }
  }

  boolean hasRoomFor(int steps) {
    return gates.length >= steps * gateCount;
  }

  /** gates = W_ih · x + bias, of all steps. */
  void project(float[] x, int xAt, int steps) {
    for (int t = 0; t < steps; t++) {
      copyUnits(layer.bias, 0, gates, t * gateCount);
    }
    for (int gate = 0; gate < layer.cell.gates(); gate++) {
      multiply(steps, layer.input, x, xAt, layer.weightInput[gate], gates, gate * units);
    }
  }

  /** gates = the columns of W_ih that the indices name, bias included. */
  void gather(int[] indices) {
    float[] columns = Objects.requireNonNull(layer.columns);
    for (int t = 0; t < indices.length; t++) {
      copyUnits(columns, indices[t] * layer.bias.length, gates, t * gateCount);
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
      int rows, int k, float[] x, int xAt, Panels weight, float[] result, int resultAt) {
    int end = first + units;
    int at = resultAt - first;
    KERNELS.multiply(rows, k, first, end, x, xAt, k, 1, weight, result, at, gateCount);
  }

  /** The next states, but for what is done to them afterwards. */
  void step(StepCell cell, int t, float[][] previous, float[][] next, float[] fresh) {
    CellStep s = Objects.requireNonNull(cellStep);
    s.gatesAt = t * gateCount;
    for (int block = 0; block < layer.apart; block++) {
      int at = (layer.joined() + block) * layer.hidden + first;
      System.arraycopy(layer.hiddenBias, at, recurrent, block * units, units);
    }
    for (int gate = 0; gate < layer.cell.gates(); gate++) {
      int block = gate - layer.joined();
      float[] into = block < 0 ? gates : recurrent;
      int at = block < 0 ? s.gatesAt + gate * units : block * units;
      multiply(1, layer.output, previous[0], 0, layer.weightHidden[gate], into, at);
    }
    System.arraycopy(previous, 0, s.previous, 0, previous.length);
    System.arraycopy(next, 0, s.next, 0, next.length);
    if (layer.projection != null) {
      s.next[0] = fresh;
    }
    cell.forward(s);
  }

  /** h = W_hr · fresh, as much of it as is this share's. */
  void projectOutput(Panels weight, float[] fresh, float[] h, int part) {
    int from = FrozenLayer.boundary(layer.output, part, parts);
    int to = FrozenLayer.boundary(layer.output, part + 1, parts);
    Arrays.fill(h, from, to, 0f);
    KERNELS.multiply(
        1, layer.hidden, from, to, fresh, 0, layer.hidden, 1, weight, h, 0, layer.output);
  }

  /** Mixes the previous states into the next, as {@link Zoneout} does when nothing is drawn. */
  void zoneout(float[][] previous, float[][] next, int part) {
    for (int state = 0; state < layer.rates.length; state++) {
      float rate = layer.rates[state];
      if (rate > 0) {
        int end = FrozenLayer.boundary(next[state].length, part + 1, parts);
        int from = FrozenLayer.boundary(next[state].length, part, parts);
        for (int i = from; i < end; i++) {
          next[state][i] += (previous[state][i] - next[state][i]) * rate;
        }
      }
    }
  }

  /** h = decay ⊙ h + drive. */
  void scan(ScanCell cell, int t, float[] previous, float[] next) {
    float rate = layer.rates[0];
    cell.forward(new ScanStep(1, units, gates, t * gateCount, decay, drive, 0));
    for (int i = 0; i < units; i++) {
      float kept = rate > 0 ? decay[i] + rate * (1 - decay[i]) : decay[i];
      float driven = rate > 0 ? drive[i] - rate * drive[i] : drive[i];
      next[first + i] = driven + kept * previous[first + i];
    }
  }

  /** Copies this share's part of an output. */
  void copyOutput(float[] output, float[] outputs, int at, int part) {
    int from = FrozenLayer.boundary(layer.output, part, parts);
    int end = FrozenLayer.boundary(layer.output, part + 1, parts);
    System.arraycopy(output, from, outputs, at + from, end - from);
  }
}
