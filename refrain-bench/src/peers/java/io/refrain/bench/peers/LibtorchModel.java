package io.refrain.bench.peers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * A language model in libtorch's operations. Tensors it returns belong to the open PointerScope.
 */
sealed interface LibtorchModel extends AutoCloseable
    permits LibtorchLayerModel, LibtorchGatherModel, LibtorchFoldedModel {

  /**
   * What a model makes of its input.
   *
   * @param logits [steps * batch, vocabulary]
   * @param state as {@link #initialState}
   */
  record Prediction(Tensor logits, TensorVector state) {}

  /** The state before the first token, all zeros, in the model's own form. */
  TensorVector initialState();

  /** Reads indices [steps, batch] from the given state on. */
  Prediction predict(Tensor indices, TensorVector state);

  /** Everything that is trained. */
  TensorVector parameters();

  @Override
  void close();
}
