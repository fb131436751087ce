package io.refrain.bench;

import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.Workload;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.nn.Parameter;
import java.util.SplittableRandom;

/** The language model of a workload, with the weights that the peers have. */
final class BenchModel {
  private BenchModel() {}

  static LanguageModel of(Workload workload) {
    if (workload.cell() != io.refrain.bench.workload.CellKind.RNN) {
      throw new IllegalArgumentException(
          "Refrain's cases run cell RNN, but this asks for " + workload.cell());
    }
    LanguageModelConfig shape =
        new LanguageModelConfig(
            workload.vocabulary(),
            workload.embedded() ? workload.hidden() : 0,
            CellKind.RNN_TANH,
            workload.hidden(),
            workload.layers());
    // The model draws weights that are replaced by those of the peers, which are in its order.
    LanguageModel model = new LanguageModel(shape, new SplittableRandom(0));
    InitialWeights initial = new InitialWeights(workload);
    for (Parameter parameter : model.parameters().values()) {
      parameter.assign(initial.next(parameter.size()));
    }
    return model;
  }
}
