package io.refrain.nn.recurrent;

import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;

/**
 * A layer of a {@link ScanCell} over all time steps of a batch. All gates are one product; what is
 * left, {@code h = decay ⊙ h + drive}, is a {@link Scan}.
 *
 * <p>With N rows of the timeline in all:
 *
 * <pre>
 *   gates   [N, gates·hidden]   forward: the cell's gates; backward: their gradient
 *   decay   [N, hidden]
 *   drive   [N, hidden]
 *   output  [N, hidden]         the state after each step
 * </pre>
 */
final class ScanRun implements LayerRun {
  private final RecurrentLayer layer;
  private final ScanCell cell;
  private final Tape tape;
  private final Timeline timeline;
  private final Tensor initial;
  private final InputProduct input;
  private final Zoneout zoneout;
  private final Scan scan;
  private final int hidden;
  private final float[] gates;
  private final float[] decay;
  private final float[] drive;
  private final Tensor output;
  private final Tensor last;

  ScanRun(
      RecurrentLayer layer,
      ScanCell cell,
      Tape tape,
      Timeline timeline,
      SequenceInput sequence,
      RecurrentLayer.Pass pass,
      Zoneout zoneout) {
    this.layer = layer;
    this.cell = cell;
    this.tape = tape;
    this.timeline = timeline;
    initial = pass.initial().getFirst();
    this.zoneout = zoneout;
    hidden = layer.hidden;
    input = new InputProduct(layer, tape, sequence, timeline.size());
    scan = new Scan(timeline, hidden, pass.reverse());
    gates = tape.buffer(Tensor.size(timeline.size(), layer.gates()));
    decay = tape.buffer(timeline.size() * hidden);
    drive = tape.buffer(timeline.size() * hidden);
    output = tape.tensor(true, timeline.shape(hidden));
    last = tape.tensor(true, timeline.batch(), hidden);
  }

  @Override
  public Tensor output() {
    return output;
  }

  @Override
  public float[] gates() {
    return gates;
  }

  @Override
  public List<Tensor> last() {
    return List.of(last);
  }

  @Override
  public void forward() {
    input.setBias(null, 0);
    input.forward(gates);
    tape.team()
        .run((part, parts) -> {
          int first = ThreadTeam.boundary(timeline.size(), part, parts);
          int rows = ThreadTeam.boundary(timeline.size(), part + 1, parts) - first;
          input.gather(gates, first, rows);
          cell.forward(step(first, rows, decay, drive));
          zoneout.keepInScan(decay, drive, first * hidden, rows * hidden);
        });
    scan.run(tape, decay, drive, initial.data(), output.data());
    scan.copyLast(output.data(), last.data());
  }

  private ScanStep step(int first, int rows, float[] itsDecay, float[] itsDrive) {
    return new ScanStep(
        rows, hidden, gates, first * layer.gates(), itsDecay, itsDrive, first * hidden);
  }

  /**
   * With {@code dh} for all that flows into a state, from outside and from the step after:
   *
   * <pre>
   *   d drive = dh,  d decay = dh ⊙ h[before],  dh[before] += decay ⊙ dh
   * </pre>
   */
  @Override
  public void backward() {
    if (!output.hasGradient() && !last.hasGradient()) {
      return;
    }
    float[] dh = tape.gradientToAdd(output);
    if (last.hasGradient()) {
      scan.addLast(last.gradient(), dh);
    }
    scan.backward(tape, decay, dh);
    if (tape.wanted(initial)) {
      scan.addInitial(decay, dh, tape.gradientToAdd(initial));
    }
    tape.team()
        .run((part, parts) -> {
          int first = ThreadTeam.boundary(timeline.size(), part, parts);
          int rows = ThreadTeam.boundary(timeline.size(), part + 1, parts) - first;
          scan.timesPrevious(dh, output.data(), initial.data(), decay, first, first + rows);
          zoneout.splitInScan(decay, dh, first * hidden, rows * hidden);
          cell.backward(step(first, rows, decay, dh));
        });
    input.backward(gates);
    input.addBiasGradient(gates, layer.biasInput, null, 0);
  }
}
