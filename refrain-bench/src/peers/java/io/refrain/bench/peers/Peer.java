package io.refrain.bench.peers;

import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import java.util.List;

/** A library that Refrain is measured against, loaded and set to a number of threads. */
public sealed interface Peer permits LibtorchPeer, DjlPeer {

  /**
   * Returns the library and its version, for example {@code libtorch 2.13.0}.
   *
   * @return name and version
   */
  String name();

  /**
   * Returns the ways in which this peer can be given the case's input, the notebook's own way
   * first.
   *
   * @param workload the case
   * @return the variants that {@link #open} accepts for it
   */
  List<InputPath> variants(Workload workload);

  /**
   * Builds the model of a case with fresh weights.
   *
   * @param workload the case
   * @param variant one of {@link #variants}
   * @return the case, ready to run
   */
  PeerCase open(Workload workload, InputPath variant);
}
