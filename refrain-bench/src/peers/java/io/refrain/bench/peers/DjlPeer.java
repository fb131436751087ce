package io.refrain.bench.peers;

import ai.djl.engine.Engine;
import io.refrain.bench.serve.Peer;
import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.OutputPass;
import io.refrain.bench.workload.PaddedPass;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.SequenceInference;
import io.refrain.bench.workload.TokenizerWorkload;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Workload;

/** DJL on its PyTorch engine, with DJL's own blocks, loss, optimizer and trainer. */
final class DjlPeer implements Peer {

  private final Engine engine;

  DjlPeer(int threads) {
    // Natives come from the class path; nothing may be looked up or fetched while it runs.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.default_engine", "PyTorch");
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    engine = Engine.getInstance();
  }

  @Override
  public String name() {
    return "DJL %s (PyTorch %s)".formatted(Engine.getDjlVersion(), engine.getVersion());
  }

  @Override
  public PeerCase open(Workload workload, PeerVariant variant) {
    return switch (workload) {
      case TrainingStep step -> new DjlTraining(step, variant);
      case Generation generation -> new DjlGeneration(generation);
      case SequenceInference inference -> new DjlInference(inference);
      case PaddedPass padded -> new DjlPaddedPass(padded);
      case RaggedPass ragged ->
          throw new IllegalArgumentException("DJL has no form for " + ragged.name());
      case OutputPass output ->
          throw new IllegalArgumentException("DJL is not measured on " + output.name());
      case TokenizerWorkload tokens ->
          throw new IllegalArgumentException("DJL cannot do " + tokens.name());
    };
  }
}
