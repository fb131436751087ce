package io.refrain.bench.conformance;

import io.refrain.nn.recurrent.StackOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The shape of a network: recurrent layers and perhaps an output layer.
 *
 * @param kind the recurrent layers
 * @param options their shape; all layers are of one width, as in PyTorch
 * @param head what the output layer reads
 * @param classes outputs of the output layer
 */
public record Network(CellKind kind, StackOptions options, Head head, int classes) {

  /** What an output layer reads. */
  public enum Head {
    /** There is none. */
    NONE,
    /** The output at every step, padding with its zeros included: a language model, a tagger. */
    EVERY_STEP,
    /** The last layer's hidden state after the last step, both directions': a classifier. */
    LAST_STATE
  }

  /** One layer of vectors, time first, without an output layer. */
  public static Network of(CellKind kind, int input, int hidden) {
    return new Network(kind, StackOptions.of(kind.cell(), input, hidden), Head.NONE, 0);
  }

  /** The same with other options of the same cell. */
  public Network with(StackOptions other) {
    return new Network(kind, other, head, classes);
  }

  /** The same with an output layer. */
  public Network with(Head other, int count) {
    return new Network(kind, options, other, count);
  }

  /** Values in a hidden state. */
  int hidden() {
    return options.hidden().getFirst();
  }

  /** Values in the output of a layer in one direction. */
  int outputWidth() {
    return options.outputWidth(0);
  }

  /** Layers, each direction counted. */
  int stateLayers() {
    return options.layers() * options.directions();
  }

  /** The shapes of h, or of h and c, [layers * directions, batch, width]. */
  List<int[]> stateShapes(int batch) {
    int[] hiddenState = {stateLayers(), batch, outputWidth()};
    return kind == CellKind.LSTM
        ? List.of(hiddenState, new int[] {stateLayers(), batch, hidden()})
        : List.of(hiddenState);
  }

  /** The parameters of the recurrent layers by PyTorch's names, in the order of its modules. */
  Map<String, int[]> recurrentShapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    int gates = kind.gates() * hidden();
    for (int layer = 0; layer < options.layers(); layer++) {
      int width = layer == 0 ? options.input() : options.directions() * outputWidth();
      for (int direction = 0; direction < options.directions(); direction++) {
        String suffix = "_l" + layer + (direction == 0 ? "" : "_reverse");
        shapes.put("weight_ih" + suffix, new int[] {gates, width});
        shapes.put("weight_hh" + suffix, new int[] {gates, outputWidth()});
        if (options.biased()) {
          shapes.put("bias_ih" + suffix, new int[] {gates});
          shapes.put("bias_hh" + suffix, new int[] {gates});
        }
        if (options.projection() > 0) {
          shapes.put("weight_hr" + suffix, new int[] {options.projection(), hidden()});
        }
      }
    }
    return shapes;
  }

  /** Weights drawn as PyTorch does, by its names; those of the output layer are {@code linear}. */
  Map<String, Shaped> weights(SplittableRandom random) {
    double bound = 1 / Math.sqrt(hidden());
    Map<String, int[]> shapes = recurrentShapes();
    if (head != Head.NONE) {
      shapes.put("linear.weight", new int[] {classes, options.directions() * outputWidth()});
      shapes.put("linear.bias", new int[] {classes});
    }
    Map<String, Shaped> weights = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> weights.put(name, Draws.values(random, bound, shape)));
    return weights;
  }

  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    words.add("%s %d to %d".formatted(kind, options.input(), hidden()));
    words.add(options.projection() > 0 ? "projected to " + options.projection() : "");
    words.add(options.layers() > 1 ? options.layers() + " layers" : "");
    words.add(options.bidirectional() ? "both directions" : "");
    words.add(options.biased() ? "" : "no bias");
    words.add(options.batchFirst() ? "batch first" : "");
    words.add(options.indexed() ? "indices" : "");
    words.add(head == Head.NONE ? "" : "%d classes of %s".formatted(classes, head));
    return String.join(", ", words.stream().filter(word -> !word.isEmpty()).toList());
  }

  /** Numbers of elements of some shapes, added. */
  static long size(Iterable<int[]> shapes) {
    long sum = 0;
    for (int[] shape : shapes) {
      sum += Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b);
    }
    return sum;
  }
}
