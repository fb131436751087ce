package io.refrain.bench.peers;

import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.LanguageWorkload;
import io.refrain.bench.workload.PeerVariant;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * The trained tensors of a language model, in the order of {@link InitialWeights}. For {@link
 * PeerVariant#GATHER} the first W_ih is kept transposed, [vocabulary, gates · hidden], so that an
 * index gathers a row.
 */
final class LibtorchWeights implements AutoCloseable {

  private final @Nullable Tensor embedding;
  private final LibtorchRecurrentWeights recurrent;
  private final Tensor outputWeights;
  private final Tensor outputBias;

  LibtorchWeights(LanguageWorkload workload, PeerVariant variant) {
    InitialWeights initial = new InitialWeights(workload);
    LanguageShape model = workload.model();
    int vocabulary = model.vocabulary();
    embedding =
        variant == PeerVariant.EMBEDDING
            ? LibtorchTensors.trained(initial, vocabulary, model.hidden())
            : null;
    recurrent = new LibtorchRecurrentWeights(model.recurrent(), initial);
    outputWeights = LibtorchTensors.trained(initial, vocabulary, model.hidden());
    outputBias = LibtorchTensors.trained(initial, vocabulary);
    if (variant == PeerVariant.GATHER) {
      transposeFirst();
    }
  }

  private void transposeFirst() {
    try (PointerScope _ = new PointerScope()) {
      Tensor transposed = recurrent.inputWeights(0).detach().t().contiguous();
      transposed.set_requires_grad(true);
      recurrent.replaceFirst(LibtorchTensors.kept(transposed));
    }
  }

  /** The rows that indices gather: the embedding, or the transposed first W_ih. */
  Tensor table() {
    return embedding == null ? recurrent.inputWeights(0) : embedding;
  }

  LibtorchRecurrentWeights recurrent() {
    return recurrent;
  }

  /** [vocabulary, hidden]. */
  Tensor outputWeights() {
    return outputWeights;
  }

  Tensor outputBias() {
    return outputBias;
  }

  TensorVector all() {
    List<Tensor> tensors = new ArrayList<>();
    if (embedding != null) {
      tensors.add(embedding);
    }
    tensors.addAll(recurrent.all());
    tensors.add(outputWeights);
    tensors.add(outputBias);
    return new TensorVector(tensors.toArray(Tensor[]::new));
  }

  @Override
  public void close() {
    if (embedding != null) {
      embedding.releaseReference();
    }
    recurrent.close();
    outputWeights.releaseReference();
    outputBias.releaseReference();
  }
}
