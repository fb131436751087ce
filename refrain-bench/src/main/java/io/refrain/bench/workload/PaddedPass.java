package io.refrain.bench.workload;

/**
 * A ragged batch with its sequences padded by zeros to the longest and all their time steps
 * computed; the loss is that of the ragged pass, which passes over the outputs of the padding.
 *
 * @param ragged the batch
 */
public record PaddedPass(RaggedPass ragged) implements Workload {

  @Override
  public String name() {
    return ragged.name() + "-padded";
  }
}
