package io.refrain.bench.conformance;

import io.refrain.optim.AveragedSgd;
import io.refrain.optim.RmsProp;
import io.refrain.optim.Sgd;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Adagrad;
import org.bytedeco.pytorch.AdagradOptions;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.TensorVector;

/** Makes libtorch's optimizers. */
final class LibtorchOptimizer {
  private LibtorchOptimizer() {}

  static Optimizer of(OptimizerChoice choice, TensorVector parameters) {
    double rate = choice.learningRate();
    return switch (choice.config()) {
      case Sgd.Options sgd -> {
        SGDOptions options = new SGDOptions(rate);
        options.momentum().put(sgd.momentum());
        options.dampening().put(sgd.dampening());
        options.nesterov().put(sgd.nesterov());
        options.weight_decay().put(sgd.weightDecay());
        yield new SGD(parameters, options);
      }
      case io.refrain.optim.Adam.Options adam ->
          adam.decoupled() ? adamW(rate, adam, parameters) : adam(rate, adam, parameters);
      case RmsProp.Options rmsProp -> {
        RMSpropOptions options = new RMSpropOptions(rate);
        options.alpha().put(rmsProp.alpha());
        options.eps().put(rmsProp.epsilon());
        options.centered().put(rmsProp.centered());
        options.momentum().put(rmsProp.momentum());
        options.weight_decay().put(rmsProp.weightDecay());
        yield new RMSprop(parameters, options);
      }
      case io.refrain.optim.Adagrad.Options adagrad -> {
        AdagradOptions options = new AdagradOptions(rate);
        options.lr_decay().put(adagrad.rateDecay());
        options.eps().put(adagrad.epsilon());
        options.initial_accumulator_value().put(adagrad.initialAccumulator());
        options.weight_decay().put(adagrad.weightDecay());
        yield new Adagrad(parameters, options);
      }
      case AveragedSgd.Options _ ->
          throw new IllegalArgumentException("libtorch has no averaged SGD in C++");
    };
  }

  private static Adam adam(
      double rate, io.refrain.optim.Adam.Options adam, TensorVector parameters) {
    AdamOptions options = new AdamOptions(rate);
    putBetas(options.betas(), adam);
    options.eps().put(adam.epsilon());
    options.weight_decay().put(adam.weightDecay());
    return new Adam(parameters, options);
  }

  private static AdamW adamW(
      double rate, io.refrain.optim.Adam.Options adam, TensorVector parameters) {
    AdamWOptions options = new AdamWOptions(rate);
    putBetas(options.betas(), adam);
    options.eps().put(adam.epsilon());
    options.weight_decay().put(adam.weightDecay());
    return new AdamW(parameters, options);
  }

  /** How a pair lies in memory is C++'s affair; the defaults, 0.9 and 0.999, tell. */
  private static void putBetas(DoublePointer betas, io.refrain.optim.Adam.Options adam) {
    long first = betas.get(0) < betas.get(1) ? 0 : 1;
    betas.put(first, adam.beta1());
    betas.put(1 - first, adam.beta2());
  }
}
