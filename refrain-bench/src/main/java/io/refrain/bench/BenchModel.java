package io.refrain.bench;

import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.LanguageWorkload;
import io.refrain.bench.workload.RecurrentShape;
import io.refrain.bench.workload.Workload;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.StackOptions;
import java.util.SplittableRandom;

/** The networks of the workloads, with the weights that the peers have. */
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
    assign(workload, model);
    return model;
  }

  /** The recurrent layers of a workload, with the weights that the peers have. */
  static RecurrentStack of(Workload workload, RecurrentShape shape) {
    StackOptions options =
        StackOptions.of(cell(shape.cell()).cell(), shape.inputs(), shape.hidden())
            .withLayers(shape.layers());
    RecurrentStack stack = new RecurrentStack(options, new SplittableRandom(0));
    assign(workload, stack);
    return stack;
  }

  /** Gives a module the weights that the peers have in some work. */
  static void assign(Workload workload, Module module) {
    InitialWeights initial = new InitialWeights(workload);
    for (Parameter parameter : module.parameters().values()) {
      parameter.assign(initial.next(parameter.size()));
    }
  }

  private static CellKind cell(io.refrain.bench.workload.CellKind cell) {
    return switch (cell) {
      case RNN -> CellKind.RNN_TANH;
      case LSTM -> CellKind.LSTM;
      case GRU -> CellKind.GRU;
      case MIN_GRU -> CellKind.MIN_GRU;
    };
  }
}
