package io.refrain.nn.recurrent;

import io.refrain.tensor.Tensor;
import java.util.List;

/**
 * One recurrent layer in one direction over all time steps of a batch: a single node on the tape.
 */
sealed interface LayerRun permits SequenceRun, ScanRun {

  /** Computes {@link #output} and {@link #last}. */
  void forward();

  /** Takes their gradients on to weights, input and initial state. */
  void backward();

  /** [rows of the timeline, output], in the {@linkplain Timeline#shape timeline's shape}. */
  Tensor output();

  /** [rows of the timeline, gates·hidden]: as the cell left them, until backward. */
  float[] gates();

  /** The states of every row after its last step, each [batch, width]. */
  List<Tensor> last();
}
