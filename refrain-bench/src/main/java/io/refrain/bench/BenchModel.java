package io.refrain.bench;

import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.LanguageWorkload;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.nn.Parameter;
import java.util.SplittableRandom;

/** The language model of a workload, with the weights that the peers have. */
final class BenchModel {
  private BenchModel() {}

  static LanguageModel of(LanguageWorkload workload) {
    LanguageShape sizes = workload.model();
    LanguageModelConfig shape =
        new LanguageModelConfig(
            sizes.vocabulary(),
            sizes.embedded() ? sizes.hidden() : 0,
            cell(sizes.cell()),
            sizes.hidden(),
            sizes.layers());
    // The model draws weights that are replaced by those of the peers, which are in its order.
    LanguageModel model = new LanguageModel(shape, new SplittableRandom(0));
    InitialWeights initial = new InitialWeights(workload);
    for (Parameter parameter : model.parameters().values()) {
      parameter.assign(initial.next(parameter.size()));
    }
    return model;
  }

  private static CellKind cell(io.refrain.bench.workload.CellKind cell) {
    return switch (cell) {
      case RNN -> CellKind.RNN_TANH;
      case LSTM, GRU, MIN_GRU -> throw BenchCase.comesWith(cell);
    };
  }
}
