package io.refrain.bench.peers;

import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The model with its first layer written out for training: rows of the transposed W_ih are gathered
 * instead of multiplied by one-hot rows, then each time step is one addmm and one tanh. Layers
 * above the first are libtorch's own.
 */
final class LibtorchGatherModel implements LibtorchModel {

  private final Workload workload;
  private final LibtorchWeights weights;
  private final TensorVector upperLayers;
  private final TensorOptional outputBias;

  LibtorchGatherModel(Workload workload) {
    this.workload = workload;
    weights = new LibtorchWeights(workload, InputPath.GATHER);
    upperLayers = workload.layers() > 1 ? weights.recurrent(1) : new TensorVector();
    outputBias = new TensorOptional(weights.outputBias());
  }

  @Override
  public TensorVector initialState() {
    return weights.zeroState();
  }

  @Override
  public Prediction predict(Tensor indices, TensorVector state) {
    TensorVector inputs = gathered(indices).unbind(0);
    Tensor recurrent = weights.recurrentWeights(0).t();
    Tensor hidden = state.front().select(0, 0);
    TensorVector outputs = new TensorVector();
    for (int step = 0; step < workload.steps(); step++) {
      hidden = torch.addmm(inputs.get(step), hidden, recurrent).tanh_();
      outputs.push_back(hidden);
    }
    Tensor output = torch.stack(outputs, 0);
    Tensor finalState = hidden.unsqueeze(0);
    if (workload.layers() > 1) {
      T_TensorTensor_T upper = upper(output, state.front());
      output = upper.get0();
      finalState = torch.cat(new TensorVector(finalState, upper.get1()), 0);
    }
    Tensor logits =
        torch.linear(output.view(-1, workload.hidden()), weights.outputWeights(), outputBias);
    return new Prediction(logits, new TensorVector(finalState));
  }

  private Tensor gathered(Tensor indices) {
    boolean fewRows = workload.vocabulary() < workload.steps() * workload.batch();
    Tensor biases = weights.biases(0);
    return fewRows
        ? torch.embedding(weights.table().add(biases), indices)
        : torch.embedding(weights.table(), indices).add(biases);
  }

  private T_TensorTensor_T upper(Tensor input, Tensor state) {
    int layers = workload.layers() - 1;
    return torch.rnn_tanh(
        input, state.narrow(0, 1, layers), upperLayers, true, layers, 0, true, false, false);
  }

  @Override
  public TensorVector parameters() {
    return weights.all();
  }

  @Override
  public void close() {
    outputBias.close();
    upperLayers.close();
    weights.close();
  }
}
