package io.refrain.bench.peers;

import io.refrain.bench.peers.LibtorchRecurrentWeights.Sequence;
import io.refrain.bench.workload.LanguageWorkload;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.TrainingStep;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The model as the notebook has it: the operations behind nn.RNN, nn.LSTM, nn.GRU and nn.Linear.
 */
final class LibtorchLayerModel implements LibtorchModel {

  private final LanguageWorkload workload;
  private final PeerVariant variant;
  private final boolean training;
  private final LibtorchWeights weights;
  private final TensorVector recurrent;
  private final TensorOptional outputBias;

  LibtorchLayerModel(LanguageWorkload workload, PeerVariant variant) {
    this.workload = workload;
    this.variant = variant;
    training = workload instanceof TrainingStep;
    weights = new LibtorchWeights(workload, variant);
    recurrent = weights.recurrent().from(0);
    outputBias = new TensorOptional(weights.outputBias());
  }

  @Override
  public TensorVector initialState() {
    return weights.recurrent().zeroState(workload.batch());
  }

  @Override
  public Prediction predict(Tensor indices, TensorVector state) {
    Tensor input =
        variant == PeerVariant.ONE_HOT
            ? torch.one_hot(indices, workload.model().vocabulary()).to(torch.ScalarType.Float)
            : torch.embedding(weights.table(), indices);
    Sequence sequence =
        LibtorchRecurrentWeights.run(workload.model().cell(), input, state, recurrent, training);
    Tensor rows = sequence.output().view(-1, workload.model().hidden());
    Tensor logits = torch.linear(rows, weights.outputWeights(), outputBias);
    return new Prediction(logits, sequence.state());
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
