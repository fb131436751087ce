package io.refrain.bench.peers;

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
import java.io.IOException;
import java.io.UncheckedIOException;
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
  public PeerCase open(Workload workload, PeerVariant variant) {
    return switch (workload) {
      case TrainingStep step ->
          new LibtorchTraining(
              step,
              variant == PeerVariant.GATHER
                  ? new LibtorchGatherModel(step)
                  : new LibtorchLayerModel(step, variant));
      case Generation generation ->
          new LibtorchGeneration(
              variant == PeerVariant.GATHER
                  ? new LibtorchFoldedModel(generation)
                  : new LibtorchLayerModel(generation, variant));
      case SequenceInference inference -> new LibtorchInference(inference, variant);
      case RaggedPass ragged -> LibtorchPass.packed(ragged);
      case OutputPass output -> new LibtorchOutput(output);
      case PaddedPass padded -> LibtorchPass.padded(padded.ragged(), padded);
      case TokenizerWorkload tokens ->
          throw new IllegalArgumentException("libtorch cannot do " + tokens.name());
    };
  }
}
