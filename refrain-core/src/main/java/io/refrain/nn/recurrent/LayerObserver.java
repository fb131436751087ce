package io.refrain.nn.recurrent;

import io.refrain.tensor.Tensor;

/** Looks at the layers of a pass, from the bottom up. */
@FunctionalInterface
public interface LayerObserver {

  /**
   * A layer has run forward. The arrays are the pass's own: to read.
   *
   * @param layer from 0; each direction counts
   * @param output [rows, width], the rows time first; after backward its gradient is that of all
   *     that depends on it, by later steps as well. Where the hidden state has zoneout of some
   *     rate, it is 1 - rate of that: what is left for the cell when the state before the step has
   *     taken its share.
   * @param gates [rows, gates·hidden] as the cell left them; until backward
   */
  void observe(int layer, Tensor output, float[] gates);
}
