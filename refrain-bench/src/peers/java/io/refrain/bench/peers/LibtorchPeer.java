package io.refrain.bench.peers;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** libtorch's C++ interface through the JavaCPP presets for PyTorch. */
final class LibtorchPeer implements Peer {

  static {
    // JavaCPP otherwise reads the process's memory use from the kernel and queues a phantom
    // reference for each native object, a good part of the cost of an operation at batch 1. Scopes
    // free everything here, so that neither is needed. Read when JavaCPP's Pointer is loaded.
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty("org.bytedeco.javacpp.noPointerGC", "true");
  }

  LibtorchPeer(int threads) {
    torch.set_num_threads(threads);
    torch.set_num_interop_threads(1);
  }

  @Override
  public String name() {
    try {
      // The presets' version is libtorch's, a hyphen, and JavaCPP's.
      String version = Loader.getVersion("org.bytedeco", "pytorch");
      return "libtorch " + version.substring(0, version.indexOf('-'));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  @Override
  public List<InputPath> variants(Workload workload) {
    if (workload.embedded()) {
      return List.of(InputPath.EMBEDDING);
    }
    return workload.cell() == CellKind.RNN
        ? List.of(InputPath.ONE_HOT, InputPath.GATHER)
        : List.of(InputPath.ONE_HOT);
  }

  @Override
  public PeerCase open(Workload workload, InputPath variant) {
    return switch (workload.unit()) {
      case TRAINING_STEP ->
          new LibtorchTraining(
              workload,
              variant == InputPath.GATHER
                  ? new LibtorchGatherModel(workload)
                  : new LibtorchLayerModel(workload, variant));
      case GENERATED_CHARACTER ->
          new LibtorchGeneration(
              variant == InputPath.GATHER
                  ? new LibtorchFoldedModel(workload)
                  : new LibtorchLayerModel(workload, variant));
    };
  }
}
