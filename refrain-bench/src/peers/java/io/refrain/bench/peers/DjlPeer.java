package io.refrain.bench.peers;

import ai.djl.engine.Engine;
import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import java.util.List;

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
  public List<InputPath> variants(Workload workload) {
    return List.of(workload.embedded() ? InputPath.EMBEDDING : InputPath.ONE_HOT);
  }

  @Override
  public PeerCase open(Workload workload, InputPath variant) {
    return switch (workload.unit()) {
      case TRAINING_STEP -> new DjlTraining(workload, variant);
      case GENERATED_CHARACTER -> new DjlGeneration(workload);
    };
  }
}
