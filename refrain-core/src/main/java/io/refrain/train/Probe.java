package io.refrain.train;

import io.refrain.data.TokenBatch;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.LayerObserver;
import io.refrain.nn.recurrent.Squashing;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Looks into the recurrent layers of a model: how far back through time, and how far down through
 * the layers, the gradient of a loss reaches, and which units are stuck.
 *
 * <p>In training every step has a loss of its own, whose gradient hides what becomes of those of
 * later steps. So a few rows of a batch are read without dropout, from a state of zeros, and only
 * their last step is judged: then {@code ∂L/∂h[t]} is the quantity that Pascanu, Mikolov and Bengio
 * (2013, "On the difficulty of training recurrent neural networks") show to vanish or to explode
 * with the distance from the loss.
 *
 * <p>Weights stay as they are. The gradients of parameters do not, so it is made between an update
 * and the next, which begins with clearing them.
 */
final class Probe {
  /** The rows that are looked at: few, so that a probe costs a fraction of an update. */
  private static final int ROWS = 4;

  /**
   * A tanh beyond this, or a sigmoid closer than {@link #PINNED_GATE} to 0 or 1, has lost 94% of
   * its slope: 1 - 0.97² = 0.06 of the largest for both, for a sigmoid is a tanh of half the width.
   */
  private static final float PINNED_OUTPUT = 0.97f;

  private static final float PINNED_GATE = (1 - PINNED_OUTPUT) / 2;

  /** A unit is stuck when so much of its values is. */
  private static final double NEARLY_ALL = 0.95;

  private static final Kernels KERNELS = Kernels.get();

  private final LanguageModel model;
  private final Squashing squashing;
  private final List<String> names;
  private final Tape tape;
  private final TokenBatch rows;

  /**
   * What is known of a recurrent layer.
   *
   * @param name of the layer
   * @param stepGradients for each time step, the length of the gradient of the last step's loss by
   *     the layer's output
   * @param gradient root mean square of the same over all steps, rows and units
   * @param saturated share of the units whose output is, nearly always, at a bound of tanh
   * @param dead share of the units whose output is always the 0 of relu
   * @param stuckGates share of the sigmoid gates that are, nearly always, open or shut; 0 where
   *     there are none
   */
  record Layer(
      String name,
      List<Double> stepGradients,
      double gradient,
      double saturated,
      double dead,
      double stuckGates) {}

  /**
   * Prepares to look at a model.
   *
   * @param steps time steps of a batch
   * @param batch rows of a batch
   */
  Probe(LanguageModel model, int steps, int batch, ThreadTeam team) {
    this.model = model;
    squashing = model.config().cell().cell().squashing();
    names = List.copyOf(model.recurrentLayers().keySet());
    tape = Tape.recording(team);
    rows = new TokenBatch(steps, Math.min(ROWS, batch));
  }

  /** Looks at the model as it reads the first rows of a batch; gives the layers from below. */
  List<Layer> read(TokenBatch batch) {
    rows.takeRows(batch, 0);
    List<Tensor> outputs = new ArrayList<>();
    List<Double> stuckGates = new ArrayList<>();
    LayerObserver observer =
        (layer, output, gates) -> {
          outputs.add(output);
          stuckGates.add(stuckGates(output, gates));
        };
    model.parameters().values().stream().map(Parameter::tensor).forEach(Tensor::clearGradient);
    try {
      tape.backward(model.judgeLastStep(tape, rows, model.initialState(rows.batch()), observer));
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        layers.add(layer(names.get(i), outputs.get(i), stuckGates.get(i)));
      }
      return layers;
    } finally {
      tape.clear();
    }
  }

  private Layer layer(String name, Tensor output, double stuckGates) {
    List<Double> steps = stepGradients(output);
    double squares = steps.stream().mapToDouble(norm -> norm * norm).sum();
    return new Layer(
        name,
        steps,
        Math.sqrt(squares / output.size()),
        saturated(output),
        dead(output),
        stuckGates);
  }

  private List<Double> stepGradients(Tensor output) {
    if (!output.hasGradient()) {
      return Collections.nCopies(rows.steps(), 0.0);
    }
    int length = output.size() / rows.steps();
    List<Double> norms = new ArrayList<>();
    for (int step = 0; step < rows.steps(); step++) {
      norms.add(Math.sqrt(KERNELS.squaredNorm(output.gradient(), step * length, length)));
    }
    return norms;
  }

  private double saturated(Tensor output) {
    int width = output.length(output.rank() - 1);
    return squashing.output() == Squashing.Output.TANH
        ? stuck(output.data(), width, 0, width, NEARLY_ALL, h -> Math.abs(h) > PINNED_OUTPUT)
        : 0;
  }

  private double dead(Tensor output) {
    int width = output.length(output.rank() - 1);
    return squashing.output() == Squashing.Output.RELU
        ? stuck(output.data(), width, 0, width, 1, h -> h == 0)
        : 0;
  }

  /** The mean over the gates: each has as many units. */
  private double stuckGates(Tensor output, float[] gates) {
    int hidden = output.length(output.rank() - 1);
    int stride = gates.length / (output.size() / hidden);
    double sum = 0;
    for (int gate : squashing.sigmoidGates()) {
      sum +=
          stuck(
              gates,
              stride,
              gate * hidden,
              hidden,
              NEARLY_ALL,
              value -> Math.min(value, 1 - value) < PINNED_GATE);
    }
    return sum / Math.max(1, squashing.sigmoidGates().size());
  }

  private interface Pinned {
    boolean test(float value);
  }

  /** The share of units whose values are pinned in at least {@code most} of the rows. */
  private static double stuck(
      float[] values, int stride, int first, int units, double most, Pinned pinned) {
    int[] counts = new int[units];
    int rows = values.length / stride;
    for (int row = 0; row < rows; row++) {
      for (int unit = 0; unit < units; unit++) {
        counts[unit] += pinned.test(values[row * stride + first + unit]) ? 1 : 0;
      }
    }
    return (double) Arrays.stream(counts).filter(count -> count >= most * rows).count() / units;
  }
}
