package io.refrain.bench;

import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.OutputPass;
import io.refrain.bench.workload.OutputRows;
import io.refrain.bench.workload.PaddedPass;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.RecurrentShape;
import io.refrain.bench.workload.SequenceInference;
import io.refrain.bench.workload.TokenizerWorkload;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Workload;
import java.util.List;

/**
 * The floating-point operations that a unit of work cannot do without: a multiplication and an
 * addition for every term of its matrix products, and nothing else.
 *
 * <p>With batch B, hidden size H, G gates, L layers, V tokens, F features, T time steps, and N real
 * time steps in a ragged batch; a product is that of one vector:
 *
 * <pre>
 *   state    = 2·H·G·H     h · W_hhᵀ; nothing for a cell whose gates do not read its state
 *   input    = 2·H·G·H     x · W_ihᵀ with x of width H
 *   features = 2·F·G·H     x · W_ihᵀ with x of width F
 *   output   = 2·H·V       logits
 *   D        = L - 1       layers that read vectors of width H; L with an embedding in front
 *
 *   training step       = 3 · B · ( state·L·(T-1) + input·D·T + output·T )
 *   generated character = state·L + input·D + output
 *   sequence            = state·L·(T-1) + input·(L-1)·T + features·T
 *   ragged pass         = 3 · ( state·L·(N-B) + input·(L-1)·N ) + 2 · features·N
 *   output pass         = 3 · B · T · output; of a sample, with a target and the sample in place of
 *                         V; of an adaptive softmax, the products of its head for all rows, and
 *                         those of each cluster for the rows whose target is in it
 * </pre>
 *
 * <p>The factor 3 is forward, gradient of the input and gradient of the weights; nobody asks for
 * the gradient of features. The product with the initial state counts nothing, since that state is
 * zero (T - 1 and not T, N - B and not N). Gathering and scattering rows in place of products with
 * one-hot vectors count nothing, nor do padding, activations, scans, softmax, norm, optimizer and
 * copies: a figure of 1 at the FMA peak would be a step that does them in no time.
 */
final class UsefulWork {
  private static final int FORWARD_AND_TWO_GRADIENTS = 3;
  private static final int FORWARD_AND_ONE_GRADIENT = 2;

  private UsefulWork() {}

  /** Floating-point operations of one unit; NaN for work of another sort. */
  static double operations(Workload workload) {
    return switch (workload) {
      case TrainingStep step -> training(step);
      case Generation generation -> language(generation.model(), generation.model().layers(), 1);
      case SequenceInference inference ->
          deep(inference.recurrent(), inference.steps(), inference.steps() - 1L)
              + features(inference.recurrent(), inference.steps());
      case RaggedPass ragged -> ragged(ragged);
      case PaddedPass padded -> ragged(padded.ragged());
      case OutputPass output -> FORWARD_AND_TWO_GRADIENTS * output(output);
      case TokenizerWorkload _ -> Double.NaN;
    };
  }

  private static double training(TrainingStep step) {
    double stateProducts = step.model().layers() * (step.steps() - 1.0);
    return FORWARD_AND_TWO_GRADIENTS
        * step.batch()
        * language(step.model(), stateProducts, step.steps());
  }

  /** One sequence forward, of so many products with a state in all layers together. */
  private static double language(LanguageShape model, double stateProducts, int steps) {
    RecurrentShape recurrent = model.recurrent();
    int dense = model.embedded() ? model.layers() : model.layers() - 1;
    double output = 2.0 * model.hidden() * model.vocabulary();
    return state(recurrent) * stateProducts + (input(recurrent) * dense + output) * steps;
  }

  private static double ragged(RaggedPass pass) {
    long real = FloatSequences.of(pass).realSteps();
    return FORWARD_AND_TWO_GRADIENTS * deep(pass.recurrent(), real, real - pass.batch())
        + FORWARD_AND_ONE_GRADIENT * features(pass.recurrent(), real);
  }

  /** All but the features: time steps, and those among them that have a state before them. */
  private static double deep(RecurrentShape recurrent, long steps, long stepsWithState) {
    return state(recurrent) * recurrent.layers() * stepsWithState
        + input(recurrent) * (recurrent.layers() - 1) * steps;
  }

  private static double features(RecurrentShape recurrent, long steps) {
    return 2.0 * recurrent.inputs() * recurrent.gateWidth() * steps;
  }

  /** All rows forward. */
  private static double output(OutputPass pass) {
    if (pass.kind() != OutputPass.Kind.ADAPTIVE) {
      double words =
          pass.kind() == OutputPass.Kind.FULL ? pass.vocabulary() : OutputPass.SAMPLES + 1.0;
      return 2.0 * pass.width() * words * pass.rows();
    }
    OutputRows rows = OutputRows.of(pass);
    List<int[]> shapes = pass.shapes();
    double terms = (double) size(shapes.getFirst()) * pass.rows();
    for (int cluster = 0; cluster < OutputPass.CUTOFFS.size(); cluster++) {
      int members = rows.targets(OutputPass.CUTOFFS.get(cluster), pass.end(cluster));
      int ofRow = size(shapes.get(2 * cluster + 1)) + size(shapes.get(2 * cluster + 2));
      terms += (double) ofRow * members;
    }
    return 2 * terms;
  }

  private static int size(int... shape) {
    return shape[0] * shape[1];
  }

  private static double state(RecurrentShape recurrent) {
    return recurrent.cell().readsItsState() ? input(recurrent) : 0;
  }

  private static double input(RecurrentShape recurrent) {
    return 2.0 * recurrent.hidden() * recurrent.gateWidth();
  }
}
