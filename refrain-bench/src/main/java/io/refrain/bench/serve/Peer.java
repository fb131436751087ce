package io.refrain.bench.serve;

import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.Workload;

/** A library that Refrain is measured against, loaded and set to a number of threads. */
public interface Peer {

  /**
   * Returns the library and its version, for example {@code libtorch 2.13.0}.
   *
   * @return name and version
   */
  String name();

  /**
   * Builds the model of a workload with fresh weights.
   *
   * @param workload what to do
   * @param variant one of those that its {@link io.refrain.bench.workload.Library} has for it
   * @return the case, ready to run
   */
  PeerCase open(Workload workload, PeerVariant variant);
}
