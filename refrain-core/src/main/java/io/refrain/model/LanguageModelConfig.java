package io.refrain.model;

import io.refrain.nn.Sizes;
import io.refrain.nn.recurrent.StackOptions;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The shape of a language model.
 *
 * @param vocabulary how many tokens there are
 * @param embedding values in a token's embedding; 0 feeds the recurrent layers with one-hot
 *     vectors, as the notebook does
 * @param cell the equations of the recurrent layers
 * @param hidden values in a hidden state
 * @param layers recurrent layers one above the other
 * @param tied whether the output layer's weight is the embedding's (Press and Wolf 2017); the last
 *     layer is as wide as the embedding then
 * @param residual whether every recurrent layer but the first adds its input to its output
 * @param regularization what happens in training
 * @param output how probabilities of tokens are made
 */
public record LanguageModelConfig(
    int vocabulary,
    int embedding,
    CellKind cell,
    int hidden,
    int layers,
    boolean tied,
    boolean residual,
    LanguageModelRegularization regularization,
    OutputConfig output) {
  private static final Set<String> KEYS =
      Set.of(
          "vocabulary",
          "embedding",
          "cell",
          "hidden",
          "layers",
          "tied",
          "residual",
          "regularization",
          "output");
  private static final int MAXIMUM = 1 << 24;
  private static final double GIGABYTE = 1 << 30;

  /** More than this is in few machines: there it is of no use to raise Java's limit. */
  private static final double MOST_ADVISED_BYTES = 256 * GIGABYTE;

  /** Checks the sizes. */
  public LanguageModelConfig {
    Sizes.positive("vocabulary size", vocabulary);
    Sizes.positive("hidden size", hidden);
    Sizes.positive("number of layers", layers);
    if (embedding < 0) {
      throw new IllegalArgumentException(
          "embedding size must be at least 0 (0: one-hot vectors), but is " + embedding);
    }
    if (embedding == 0) {
      requireNone("tied weights need", tied);
      requireNone("embedding dropout needs", regularization.embedding() > 0);
      requireNone("input dropout needs", regularization.input() > 0);
    }
    stack(vocabulary, embedding, cell, hidden, layers, tied, residual, regularization);
    output.requireFitting(vocabulary, tied ? embedding : hidden, tied);
  }

  private static void requireNone(String whatNeeds, boolean asked) {
    if (asked) {
      throw new IllegalArgumentException(
          whatNeeds + " an embedding, but its size is 0: give it one, or do without");
    }
  }

  /** A model whose output is full. */
  public LanguageModelConfig(
      int vocabulary,
      int embedding,
      CellKind cell,
      int hidden,
      int layers,
      boolean tied,
      boolean residual,
      LanguageModelRegularization regularization) {
    this(
        vocabulary,
        embedding,
        cell,
        hidden,
        layers,
        tied,
        residual,
        regularization,
        new OutputConfig.Full());
  }

  /** A model without anything special. */
  public LanguageModelConfig(int vocabulary, int embedding, CellKind cell, int hidden, int layers) {
    this(
        vocabulary,
        embedding,
        cell,
        hidden,
        layers,
        false,
        false,
        LanguageModelRegularization.NONE);
  }

  /** The same with another output. */
  public LanguageModelConfig withOutput(OutputConfig other) {
    return new LanguageModelConfig(
        vocabulary, embedding, cell, hidden, layers, tied, residual, regularization, other);
  }

  /** The shape of the recurrent layers. */
  StackOptions stack() {
    return stack(vocabulary, embedding, cell, hidden, layers, tied, residual, regularization);
  }

  private static StackOptions stack(
      int vocabulary,
      int embedding,
      CellKind cell,
      int hidden,
      int layers,
      boolean tied,
      boolean residual,
      LanguageModelRegularization regularization) {
    List<Integer> widths = new ArrayList<>(Collections.nCopies(layers, hidden));
    if (tied) {
      widths.set(layers - 1, embedding);
    }
    StackOptions options =
        StackOptions.of(cell.cell(), embedding == 0 ? vocabulary : embedding, hidden)
            .withHidden(widths)
            .with(regularization.ofStack());
    options = residual ? options.withResidual() : options;
    return embedding == 0 ? options.withIndexedInput() : options;
  }

  /** Values that the output layer reads. */
  public int outputWidth() {
    return tied ? embedding : hidden;
  }

  /**
   * Demands that the weights and their gradients fit in the memory that Java may use, before
   * anything is allocated for them.
   */
  void requireMemory() {
    requireMemory("", 2 * weights());
  }

  /**
   * Demands that training fits in the memory that Java may use, before anything is allocated for
   * it: the weights, a gradient of them for each half of a batch and their moments, and the
   * activations and their gradients. Beside the heap, each half packs the weights twice, forward
   * and backward, unless they are large and shared, and activations once; what may be used there is
   * as much again unless limited otherwise.
   *
   * @param moments values that the optimizer keeps for every weight
   * @param batch sequences side by side
   * @param steps time steps of a sequence
   * @throws IllegalArgumentException when it does not fit
   */
  public void requireMemoryToTrain(int moments, int batch, int steps) {
    // a cell that keeps the recurrent product apart, or notes, holds about its gates again
    double layer = (2.0 * cell.cell().gates() + 2.0 * stack().states()) * hidden;
    double activations = (double) batch * steps * (2.0 * embedding + layers * layer);
    long half = batch * (long) steps / 2;
    double logits = 2 * output.trainingValues(half, vocabulary, outputWidth());
    requireMemory(
        ", trained in batches of %d rows of %d steps,".formatted(batch, steps),
        (3 + moments) * weights() + activations + logits);
    requireMemory(
        ", packed for batches of %d rows of %d steps,".formatted(batch, steps),
        4 * weights() + (double) batch * steps * ((double) layers * hidden + embedding));
  }

  private double weights() {
    double gates = (double) cell.cell().gates() * hidden;
    double input = embedding == 0 ? vocabulary : embedding;
    double recurrent = gates * (input + (2.0 * layers - 1) * hidden);
    double ofOutput = tied ? 0 : output.weights(vocabulary, hidden);
    return (double) vocabulary * embedding + ofOutput + recurrent;
  }

  private void requireMemory(String use, double values) {
    double bytes = Float.BYTES * values;
    double available = Runtime.getRuntime().maxMemory();
    if (bytes > available) {
      String advice =
          bytes <= MOST_ADVISED_BYTES
              ? ", or raise the limit with -Xmx (of ./refrain: REFRAIN_JAVA_OPTIONS=-Xmx%.0fg)"
                  .formatted(Math.ceil(1.5 * bytes / GIGABYTE))
              : "";
      throw new IllegalArgumentException(
          ("a model with %d tokens, embedding %d, hidden size %d and %d layers%s needs %s, but"
                  + " java may use %s: make it smaller%s")
              .formatted(
                  vocabulary,
                  embedding,
                  hidden,
                  layers,
                  use,
                  memory(bytes),
                  memory(available),
                  advice));
    }
  }

  private static String memory(double bytes) {
    if (bytes < GIGABYTE) {
      return String.format(Locale.ROOT, "%.0f MB", bytes / (1 << 20));
    }
    return bytes < 1000 * GIGABYTE
        ? String.format(Locale.ROOT, "%.1f GB", bytes / GIGABYTE)
        : String.format(Locale.ROOT, "%,.0f TB", bytes / (1024 * GIGABYTE));
  }

  /** As it stands in {@code config.json}; what is not used is left out there. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("vocabulary", vocabulary);
    json.put("embedding", embedding);
    json.put("cell", cell.label());
    json.put("hidden", hidden);
    json.put("layers", layers);
    if (tied) {
      json.put("tied", true);
    }
    if (residual) {
      json.put("residual", true);
    }
    if (!regularization.equals(LanguageModelRegularization.NONE)) {
      json.put("regularization", regularization.toJson());
    }
    if (!(output instanceof OutputConfig.Full)) {
      json.put("output", output.toJson());
    }
    return json;
  }

  /** The opposite of {@link #toJson}; every defect is named. */
  public static LanguageModelConfig fromJson(JsonObject json) throws JsonException {
    json.requireOnly(KEYS);
    return new LanguageModelConfig(
        json.wholeNumber("vocabulary", 1, MAXIMUM),
        json.wholeNumber("embedding", 0, MAXIMUM),
        CellKind.of(json.string("cell")),
        json.wholeNumber("hidden", 1, MAXIMUM),
        json.wholeNumber("layers", 1, 1024),
        json.has("tied") && json.flag("tied"),
        json.has("residual") && json.flag("residual"),
        json.has("regularization")
            ? LanguageModelRegularization.fromJson(json.object("regularization"))
            : LanguageModelRegularization.NONE,
        json.has("output")
            ? OutputConfig.fromJson(json.object("output"))
            : new OutputConfig.Full());
  }
}
