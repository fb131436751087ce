package io.refrain.bench.dl4j;

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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** DL4J on ND4J's native kernels, with DL4J's own layers. */
final class Dl4jPeer implements Peer {

  private static final String COORDINATES =
      "/META-INF/maven/org.deeplearning4j/deeplearning4j-nn/pom.properties";

  @Override
  public String name() {
    Properties coordinates = new Properties();
    try (InputStream stream = MultiLayerNetwork.class.getResourceAsStream(COORDINATES)) {
      if (stream != null) {
        coordinates.load(stream);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return "DL4J " + coordinates.getProperty("version", "of unknown version");
  }

  @Override
  public PeerCase open(Workload workload, PeerVariant variant) {
    return switch (workload) {
      case TrainingStep step -> new Dl4jTraining(step);
      case Generation generation -> new Dl4jGeneration(generation);
      case SequenceInference inference -> new Dl4jInference(inference);
      case RaggedPass _, PaddedPass _ ->
          throw new IllegalArgumentException(
              "DL4J is not measured on sequences of different lengths");
      case OutputPass output ->
          throw new IllegalArgumentException("DL4J is not measured on " + output.name());
      case TokenizerWorkload tokens ->
          throw new IllegalArgumentException("DL4J cannot do " + tokens.name());
    };
  }
}
