package io.refrain.bench.dl4j;

import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.RecurrentShape;

/** One text read by an LSTM with logits, in double precision. */
final class ScalarLanguageModel {
  private final int vocabulary;
  private final ScalarLstm lstm;
  private final double[] outputWeights;
  private final double[] outputBias;
  private double[] logits = {};

  ScalarLanguageModel(LanguageShape model, InitialWeights initial) {
    this(model, ScalarWeights.drawn(initial));
  }

  ScalarLanguageModel(LanguageShape model, double[] weights) {
    this(model, ScalarWeights.of(weights));
  }

  private ScalarLanguageModel(LanguageShape model, ScalarWeights weights) {
    vocabulary = model.vocabulary();
    lstm = new ScalarLstm(model.recurrent(), weights);
    outputWeights = weights.next(vocabulary * model.hidden());
    outputBias = weights.next(vocabulary);
  }

  /** All weights of a model with one layer, in the common order. */
  static double[] draw(LanguageShape model, InitialWeights initial) {
    RecurrentShape shape = model.recurrent();
    int size =
        shape.gateWidth() * (shape.inputs() + shape.hidden() + 2)
            + model.vocabulary() * (shape.hidden() + 1);
    return ScalarWeights.drawn(initial).next(size);
  }

  /** Reads a token and returns the likeliest next. */
  int next(int token) {
    double[] oneHot = new double[vocabulary];
    oneHot[token] = 1;
    lstm.read(oneHot);
    double[] hidden = lstm.output();
    logits = outputBias.clone();
    int best = 0;
    for (int row = 0; row < vocabulary; row++) {
      for (int at = 0; at < hidden.length; at++) {
        logits[row] += outputWeights[row * hidden.length + at] * hidden[at];
      }
      best = logits[row] > logits[best] ? row : best;
    }
    return best;
  }

  /** Nats that the last prediction gives a token. */
  double loss(int token) {
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    return Math.log(sum) - logits[token];
  }
}
