package io.refrain.bench.peers;

import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.recurrent.RecurrentBlock;
import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.RecurrentShape;
import io.refrain.bench.workload.Workload;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** The parts of a language model in DJL's blocks; sequences are time-first. */
final class DjlBlocks {

  private DjlBlocks() {}

  /** Indices [steps, batch] to the recurrent layer's input. */
  static Block input(LanguageShape model, PeerVariant variant) {
    if (variant == PeerVariant.EMBEDDING) {
      List<String> names =
          IntStream.range(0, model.vocabulary()).mapToObj(Integer::toString).toList();
      return TrainableWordEmbedding.builder()
          .setEmbeddingSize(model.hidden())
          .setVocabulary(new DefaultVocabulary(names))
          .build();
    }
    return new LambdaBlock(
        indices -> new NDList(indices.head().oneHot(model.vocabulary(), DataType.FLOAT32)),
        "one-hot");
  }

  /** With the last state of all layers behind the output where it is asked for. */
  static RecurrentBlock recurrent(RecurrentShape shape, boolean withState) {
    RecurrentBlock.BaseBuilder<?> builder =
        switch (shape.cell()) {
          case RNN -> RNN.builder().setActivation(RNN.Activation.TANH);
          case LSTM -> LSTM.builder();
          case GRU -> GRU.builder();
          case MIN_GRU ->
              throw new IllegalArgumentException("DJL has no block for " + shape.cell());
        };
    builder.setStateSize(shape.hidden());
    builder.setNumLayers(shape.layers());
    builder.optBatchFirst(false);
    builder.optReturnState(withState);
    return switch (builder) {
      case RNN.Builder rnn -> rnn.build();
      case LSTM.Builder lstm -> lstm.build();
      case GRU.Builder gru -> gru.build();
      default -> throw new AssertionError(builder.getClass());
    };
  }

  /** Last hidden width to logits. */
  static Linear output(LanguageShape model) {
    return Linear.builder().setUnits(model.vocabulary()).build();
  }

  /** Writes the common initial weights into initialized parameters. */
  static void setInitialWeights(Workload workload, Block... blocks) {
    InitialWeights initial = new InitialWeights(workload);
    for (Block block : blocks) {
      for (Parameter parameter : block.getParameters().values()) {
        NDArray array = parameter.getArray();
        array.set(FloatBuffer.wrap(initial.next(Math.toIntExact(array.size()))));
      }
    }
  }
}
