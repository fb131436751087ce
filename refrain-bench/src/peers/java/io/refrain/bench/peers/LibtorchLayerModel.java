package io.refrain.bench.peers;

import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The model as the notebook has it: the operations behind nn.RNN, nn.LSTM, nn.GRU and nn.Linear.
 */
final class LibtorchLayerModel implements LibtorchModel {

  private static final boolean BIASES = true;
  private static final double NO_DROPOUT = 0;
  private static final boolean BIDIRECTIONAL = false;
  private static final boolean BATCH_FIRST = false;

  private final Workload workload;
  private final InputPath path;
  private final boolean training;
  private final LibtorchWeights weights;
  private final TensorVector recurrent;
  private final TensorOptional outputBias;

  LibtorchLayerModel(Workload workload, InputPath path) {
    this.workload = workload;
    this.path = path;
    training = workload.unit() == Workload.Unit.TRAINING_STEP;
    weights = new LibtorchWeights(workload, path);
    recurrent = weights.recurrent(0);
    outputBias = new TensorOptional(weights.outputBias());
  }

  @Override
  public TensorVector initialState() {
    return weights.zeroState();
  }

  @Override
  public Prediction predict(Tensor indices, TensorVector state) {
    Tensor input =
        path == InputPath.ONE_HOT
            ? torch.one_hot(indices, workload.vocabulary()).to(torch.ScalarType.Float)
            : torch.embedding(weights.table(), indices);
    Sequence sequence = run(input, state);
    Tensor rows = sequence.output().view(-1, workload.hidden());
    Tensor logits = torch.linear(rows, weights.outputWeights(), outputBias);
    return new Prediction(logits, sequence.state());
  }

  private record Sequence(Tensor output, TensorVector state) {}

  private Sequence run(Tensor input, TensorVector state) {
    int layers = workload.layers();
    return switch (workload.cell()) {
      case RNN ->
          sequence(
              torch.rnn_tanh(
                  input,
                  state.front(),
                  recurrent,
                  BIASES,
                  layers,
                  NO_DROPOUT,
                  training,
                  BIDIRECTIONAL,
                  BATCH_FIRST));
      case GRU ->
          sequence(
              torch.gru(
                  input,
                  state.front(),
                  recurrent,
                  BIASES,
                  layers,
                  NO_DROPOUT,
                  training,
                  BIDIRECTIONAL,
                  BATCH_FIRST));
      case LSTM -> {
        T_TensorTensorTensor_T result =
            torch.lstm(
                input,
                state,
                recurrent,
                BIASES,
                layers,
                NO_DROPOUT,
                training,
                BIDIRECTIONAL,
                BATCH_FIRST);
        yield new Sequence(result.get0(), new TensorVector(result.get1(), result.get2()));
      }
    };
  }

  private static Sequence sequence(T_TensorTensor_T result) {
    return new Sequence(result.get0(), new TensorVector(result.get1()));
  }

  @Override
  public TensorVector parameters() {
    return weights.all();
  }

  @Override
  public void close() {
    outputBias.close();
    recurrent.close();
    weights.close();
  }
}
