package io.refrain.bench.peers;

import io.refrain.bench.peers.LibtorchRecurrentWeights.Sequence;
import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.Workload;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.PackedSequence;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Forward and backward over a batch of sequences of different lengths. */
final class LibtorchPass implements PeerCase {

  /** A form of the batch: from weights to the sum of all real outputs. */
  interface Form extends AutoCloseable {
    Tensor sumOfOutputs(TensorVector recurrent);

    @Override
    void close();
  }

  private final LibtorchRecurrentWeights weights;
  private final TensorVector recurrent;
  private final Form form;
  private final int realSteps;

  private LibtorchPass(LibtorchRecurrentWeights weights, Form form, FloatSequences batch) {
    this.weights = weights;
    this.form = form;
    recurrent = weights.from(0);
    realSteps = batch.realSteps();
  }

  /** With PyTorch's packed sequences. The batch is packed once, as by whoever loads the data. */
  static LibtorchPass packed(RaggedPass workload) {
    FloatSequences batch = FloatSequences.of(workload);
    LibtorchRecurrentWeights weights = weights(workload, workload);
    return new LibtorchPass(weights, new Packed(weights, batch), batch);
  }

  /** With padding, over whose outputs the loss passes. */
  static LibtorchPass padded(RaggedPass batch, Workload workload) {
    FloatSequences sequences = FloatSequences.of(batch);
    LibtorchRecurrentWeights weights = weights(batch, workload);
    return new LibtorchPass(weights, new Padded(weights, sequences), sequences);
  }

  private static LibtorchRecurrentWeights weights(RaggedPass batch, Workload workload) {
    return new LibtorchRecurrentWeights(batch.recurrent(), new InitialWeights(workload));
  }

  @Override
  public double run(int units) {
    for (int unit = 0; unit < units; unit++) {
      pass();
    }
    try (PointerScope _ = new PointerScope()) {
      double squares = 0;
      for (Tensor tensor : weights.all()) {
        double norm = tensor.grad().norm().item_double();
        squares += norm * norm;
      }
      return Math.sqrt(squares);
    }
  }

  private void pass() {
    try (PointerScope _ = new PointerScope()) {
      weights.all().forEach(tensor -> tensor.mutable_grad().reset());
      form.sumOfOutputs(recurrent).div(LibtorchTensors.scalar(realSteps)).backward();
    }
  }

  private static final class Packed implements Form {
    private final LibtorchRecurrentWeights weights;
    private final PackedSequence sequence;
    private final TensorVector state;

    Packed(LibtorchRecurrentWeights weights, FloatSequences batch) {
      this.weights = weights;
      try (PointerScope _ = new PointerScope()) {
        int[] lengths = batch.lengths();
        Tensor padded =
            torch
                .tensor(batch.values())
                .view(batch.steps(), lengths.length, weights.shape().inputs());
        Tensor ofEach = torch.tensor(lengths).to(torch.ScalarType.Long);
        sequence = torch.pack_padded_sequence(padded, ofEach, false, false);
        sequence.retainReference();
        state = weights.zeroState(lengths.length);
        state.retainReference();
      }
    }

    @Override
    public Tensor sumOfOutputs(TensorVector recurrent) {
      int layers = weights.shape().layers();
      return torch
          .lstm(
              sequence.data(),
              sequence.batch_sizes(),
              state,
              recurrent,
              true,
              layers,
              0,
              true,
              false)
          .get0()
          .sum();
    }

    @Override
    public void close() {
      sequence.releaseReference();
      state.releaseReference();
    }
  }

  private static final class Padded implements Form {
    private final LibtorchRecurrentWeights weights;
    private final Tensor input;
    private final Tensor mask;
    private final TensorVector state;

    Padded(LibtorchRecurrentWeights weights, FloatSequences batch) {
      this.weights = weights;
      int sequences = batch.lengths().length;
      float[] real = new float[batch.steps() * sequences];
      for (int at = 0; at < real.length; at++) {
        real[at] = at / sequences < batch.lengths()[at % sequences] ? 1 : 0;
      }
      input =
          LibtorchTensors.kept(batch.values(), batch.steps(), sequences, weights.shape().inputs());
      mask = LibtorchTensors.kept(real, batch.steps(), sequences, 1);
      state = weights.zeroState(sequences);
    }

    @Override
    public Tensor sumOfOutputs(TensorVector recurrent) {
      Sequence sequence =
          LibtorchRecurrentWeights.run(weights.shape().cell(), input, state, recurrent, true);
      return sequence.output().mul(mask).sum();
    }

    @Override
    public void close() {
      input.releaseReference();
      mask.releaseReference();
      state.close();
    }
  }

  @Override
  public void close() {
    form.close();
    recurrent.close();
    weights.close();
  }
}
