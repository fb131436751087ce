package io.refrain.bench.peers;

import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.SequenceInference;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** One sequence read to its end, by libtorch's layer or by time steps written out. */
final class LibtorchInference implements PeerCase {
  private static final long LAST = -1;

  private final CellKind cell;
  private final int hidden;
  private final boolean byHand;
  private final LibtorchRecurrentWeights weights;
  private final TensorVector ofTheLayer;
  private final Tensor input;
  private final List<LibtorchCell> cells = new ArrayList<>();
  private final List<TensorOptional> biases = new ArrayList<>();

  LibtorchInference(SequenceInference workload, PeerVariant variant) {
    cell = workload.recurrent().cell();
    hidden = workload.recurrent().hidden();
    byHand = variant == PeerVariant.BY_HAND;
    weights = new LibtorchRecurrentWeights(workload.recurrent(), new InitialWeights(workload));
    ofTheLayer = weights.from(0);
    FloatSequences sequence = FloatSequences.of(workload);
    input =
        LibtorchTensors.kept(sequence.values(), sequence.steps(), 1, workload.recurrent().inputs());
    for (int layer = 0; layer < workload.recurrent().layers(); layer++) {
      cells.add(new LibtorchCell(weights, layer));
      biases.add(new TensorOptional(weights.inputBias(layer).detach()));
    }
  }

  @Override
  public double run(int units) {
    double sum = Double.NaN;
    try (InferenceMode _ = new InferenceMode(true)) {
      for (int unit = 0; unit < units; unit++) {
        try (PointerScope _ = new PointerScope()) {
          Tensor last = byHand ? lastByHand() : lastOfTheLayer();
          sum = last.sum().item_double();
        }
      }
    }
    return sum;
  }

  private Tensor lastOfTheLayer() {
    return LibtorchRecurrentWeights.run(cell, input, weights.zeroState(1), ofTheLayer, false)
        .output()
        .select(0, LAST);
  }

  /** Each layer's inputs are multiplied at once, since a whole sequence is there. */
  private Tensor lastByHand() {
    Tensor sequence = input.squeeze(1);
    for (int layer = 0; layer < cells.size(); layer++) {
      TensorVector inputs =
          torch.linear(sequence, weights.inputWeights(layer), biases.get(layer)).unbind(0);
      LibtorchCell.State state = LibtorchCell.zeroState(cell, hidden);
      TensorVector outputs = new TensorVector();
      for (long step = 0; step < inputs.size(); step++) {
        state = cells.get(layer).next(inputs.get(step), state);
        outputs.push_back(state.hidden());
      }
      sequence = torch.stack(outputs, 0);
    }
    return sequence.select(0, LAST);
  }

  @Override
  public void close() {
    biases.forEach(TensorOptional::close);
    input.releaseReference();
    ofTheLayer.close();
    weights.close();
  }
}
