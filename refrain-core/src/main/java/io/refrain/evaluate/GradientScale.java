package io.refrain.evaluate;

import io.refrain.data.Epoch;
import io.refrain.data.SequentialPartition;
import io.refrain.data.TokenBatch;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * How large each parameter's gradients are on a text that the model was trained on: the root of
 * their mean square, for {@link DynamicReader}. A parameter that matters there is moved little by a
 * new text, and pulled back soon.
 */
public final class GradientScale {
  /** What is added to a root before it divides, as a share of the mean of all roots. */
  static final double EPSILON = 0.2;

  private final List<float[]> roots;
  private final double mean;

  private GradientScale(List<float[]> roots, double mean) {
    this.roots = roots;
    this.mean = mean;
  }

  /**
   * Measures.
   *
   * @param model which stays as it is
   * @param tokens that it was trained on, more than {@code rows · steps}
   * @param steps of a stretch, as it is to be read
   * @param rows side by side
   * @param batches at most so many; of a longer text, those at its beginning
   * @param done told of the batches that are done
   * @throws IllegalArgumentException when all gradients are 0, or some are not finite
   */
  public static GradientScale measure(
      LanguageModel model,
      TokenSource tokens,
      int steps,
      int rows,
      int batches,
      ThreadTeam team,
      IntConsumer done) {
    LanguageModel copy = model.copy(); // gradients are part of a model
    Epoch epoch = new SequentialPartition(rows, steps).from(tokens, 0);
    int count = Math.min(batches, epoch.batches());
    TokenBatch batch = new TokenBatch(steps, rows);
    RecurrentState state = copy.initialState(rows);
    Tape tape = Tape.recording(team);
    List<Parameter> parameters = List.copyOf(copy.parameters().values());
    List<float[]> squares =
        parameters.stream().map(parameter -> new float[parameter.size()]).toList();
    float[] losses = new float[steps * rows];
    for (int i = 0; i < count; i++) {
      epoch.fill(i, batch);
      LanguageModel.Reading reading =
          copy.read(tape, batch.inputs(), batch.targets(), steps, rows, state, losses);
      tape.backward(reading.loss());
      state.assign(reading.state()); // not before: backward reads what the stretch began with
      for (int p = 0; p < parameters.size(); p++) {
        Tensor tensor = parameters.get(p).tensor();
        if (tensor.hasGradient()) {
          addSquares(tensor.gradient(), squares.get(p), team);
          tensor.clearGradient();
        }
      }
      tape.clear();
      done.accept(i + 1);
    }
    return of(squares, count);
  }

  private static void addSquares(float[] g, float[] sums, ThreadTeam team) {
    team.run((part, parts) -> {
      int end = ThreadTeam.boundary(g.length, part + 1, parts);
      for (int i = ThreadTeam.boundary(g.length, part, parts); i < end; i++) {
        sums[i] += g[i] * g[i];
      }
    });
  }

  private static GradientScale of(List<float[]> squares, int count) {
    double sum = 0;
    long size = 0;
    for (float[] values : squares) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) Math.sqrt(values[i] / count);
        sum += values[i];
      }
      size += values.length;
    }
    double mean = sum / size;
    if (!(mean > 0 && Double.isFinite(mean))) {
      throw new IllegalArgumentException(
          "the mean size of the gradients is %s, which nothing can be divided by: %s"
              .formatted(
                  mean,
                  mean == 0
                      ? "there is nothing to learn from the text; learn without their sizes"
                      : LineScorer.SPOILED));
    }
    return new GradientScale(squares, mean);
  }

  /** The roots of each parameter's values, as they are stored, in the order of the model's. */
  List<float[]> roots() {
    return roots;
  }

  /** The mean of all roots. */
  double mean() {
    return mean;
  }
}
