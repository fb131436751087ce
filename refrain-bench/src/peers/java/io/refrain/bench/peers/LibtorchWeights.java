package io.refrain.bench.peers;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The trained tensors of a language model, in the order of {@link InitialWeights}. For {@link
 * InputPath#GATHER} the first W_ih is kept transposed, [vocabulary, hidden], so that an index
 * gathers a row.
 */
final class LibtorchWeights implements AutoCloseable {

  private final Workload workload;
  private final List<Tensor> tensors = new ArrayList<>();
  private final int recurrentStart;

  LibtorchWeights(Workload workload, InputPath path) {
    this.workload = workload;
    InitialWeights initial = new InitialWeights(workload);
    int hidden = workload.hidden();
    int vocabulary = workload.vocabulary();
    int rows = workload.cell().gates() * hidden;
    if (path == InputPath.EMBEDDING) {
      add(initial, vocabulary, hidden);
    }
    recurrentStart = tensors.size();
    for (int layer = 0; layer < workload.layers(); layer++) {
      boolean oneHot = layer == 0 && path != InputPath.EMBEDDING;
      add(initial, rows, oneHot ? vocabulary : hidden);
      add(initial, rows, hidden);
      add(initial, rows);
      add(initial, rows);
    }
    add(initial, vocabulary, hidden);
    add(initial, vocabulary);
    if (path == InputPath.GATHER) {
      transposeFirst();
    }
  }

  private void add(InitialWeights initial, int... shape) {
    long[] sizes = Arrays.stream(shape).asLongStream().toArray();
    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    try (PointerScope _ = new PointerScope()) {
      keep(tensors.size(), torch.tensor(initial.next(size)).view(sizes));
    }
  }

  private void transposeFirst() {
    try (PointerScope _ = new PointerScope()) {
      Tensor original = tensors.removeFirst();
      keep(0, original.detach().t().contiguous());
      original.releaseReference();
    }
  }

  private void keep(int position, Tensor tensor) {
    tensor.set_requires_grad(true);
    tensor.retainReference();
    tensors.add(position, tensor);
  }

  /** The rows that indices gather: the embedding, or the transposed first W_ih. */
  Tensor table() {
    return tensors.getFirst();
  }

  Tensor recurrentWeights(int layer) {
    return tensors.get(recurrentStart + 4 * layer + 1);
  }

  /** b_ih + b_hh. */
  Tensor biases(int layer) {
    Tensor recurrentBias = tensors.get(recurrentStart + 4 * layer + 3);
    return tensors.get(recurrentStart + 4 * layer + 2).add(recurrentBias);
  }

  Tensor outputWeights() {
    return tensors.get(tensors.size() - 2);
  }

  Tensor outputBias() {
    return tensors.getLast();
  }

  /** W_ih, W_hh, b_ih, b_hh of the layers from the given one on, in PyTorch's order. */
  TensorVector recurrent(int firstLayer) {
    List<Tensor> layers = tensors.subList(recurrentStart + 4 * firstLayer, tensors.size() - 2);
    return new TensorVector(layers.toArray(Tensor[]::new));
  }

  TensorVector all() {
    return new TensorVector(tensors.toArray(Tensor[]::new));
  }

  TensorVector zeroState() {
    Tensor zeros = torch.zeros(workload.layers(), workload.batch(), workload.hidden());
    return workload.cell() == CellKind.LSTM
        ? new TensorVector(zeros, zeros)
        : new TensorVector(zeros);
  }

  @Override
  public void close() {
    tensors.forEach(Tensor::releaseReference);
  }
}
