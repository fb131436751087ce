package io.refrain.train;

import io.refrain.model.LanguageModel;
import io.refrain.model.ModelWeights;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.optim.Optimizer;
import io.refrain.store.NamedTensor;
import io.refrain.store.Safetensors;
import io.refrain.store.SafetensorsFile;
import io.refrain.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Everything that the rest of a training depends on, in one file: so that training goes on from it
 * to the same bits as if it had never stopped.
 */
final class Checkpoint {
  private static final String MODEL = "model.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String STATE = "state.";
  private static final String ZERO = "state_is_zero";

  private Checkpoint() {}

  static void write(
      Path file,
      LanguageModel model,
      Optimizer optimizer,
      RecurrentState state,
      Progress progress,
      Map<String, String> extra)
      throws IOException {
    List<NamedTensor> tensors = new ArrayList<>(ModelWeights.of(MODEL, model.parameters()));
    optimizer
        .state()
        .forEach((name, values) ->
            tensors.add(new NamedTensor(OPTIMIZER + name, new int[] {values.length}, values)));
    for (int layer = 0; layer < state.layers(); layer++) {
      List<Tensor> states = state.layer(layer);
      for (int i = 0; i < states.size(); i++) {
        tensors.add(
            new NamedTensor(
                STATE + layer + "." + i, states.get(i).shape(), states.get(i).data().clone()));
      }
    }
    Map<String, String> metadata = new LinkedHashMap<>(extra);
    metadata.put(ZERO, Boolean.toString(state.isZero()));
    metadata.put("update", Long.toString(progress.update()));
    metadata.put("epoch", Integer.toString(progress.epoch()));
    metadata.put("batch", Integer.toString(progress.batch()));
    metadata.put("loss_sum", Double.toString(progress.lossSum()));
    metadata.put("loss_count", Long.toString(progress.lossCount()));
    metadata.put("seconds", Double.toString(progress.seconds()));
    metadata.put("best", Double.toString(progress.best()));
    metadata.put("best_update", Long.toString(progress.bestUpdate()));
    metadata.put("worse", Integer.toString(progress.worse()));
    metadata.put("evaluated", Long.toString(progress.evaluated()));
    Safetensors.write(file, metadata, tensors);
  }

  /** Fills model, optimizer and state from a file; they are untouched when it does not fit. */
  static Restored read(Path path, LanguageModel model, Optimizer optimizer, RecurrentState state)
      throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Map<String, String> metadata = file.metadata();
      Progress progress = progress(path, metadata);
      boolean zero = text(path, metadata, ZERO).equals("true");
      List<NamedTensor> weights = ModelWeights.read(file, MODEL, model.parameters());
      SequencedMap<String, float[]> optimizerState = new LinkedHashMap<>();
      for (String name : file.names()) {
        if (name.startsWith(OPTIMIZER)) {
          optimizerState.put(name.substring(OPTIMIZER.length()), file.tensor(name).data());
        }
      }
      RecurrentState savedState = state(file, state);
      optimizer.restore(optimizerState);
      ModelWeights.assign(weights, model.parameters());
      state.assign(savedState);
      if (zero) {
        state.reset();
      }
      return new Restored(progress, metadata);
    } catch (IllegalArgumentException e) {
      throw new IOException("%s does not fit this run: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** Reads a state of the same shape as {@code like}. */
  private static RecurrentState state(SafetensorsFile file, RecurrentState like)
      throws IOException {
    List<List<Tensor>> layers = new ArrayList<>();
    for (int layer = 0; layer < like.layers(); layer++) {
      List<Tensor> states = new ArrayList<>();
      for (int i = 0; i < like.layer(layer).size(); i++) {
        NamedTensor saved = file.tensor(STATE + layer + "." + i);
        int[] expected = like.layer(layer).get(i).shape();
        if (!Arrays.equals(saved.shape(), expected)) {
          throw new IllegalArgumentException(
              "%s has the shape %s, expected %s"
                  .formatted(
                      saved.name(), Arrays.toString(saved.shape()), Arrays.toString(expected)));
        }
        states.add(Tensor.constant(saved.data(), expected));
      }
      layers.add(states);
    }
    return RecurrentState.of(layers);
  }

  record Restored(Progress progress, Map<String, String> metadata) {}

  /** Reads where a checkpoint stands, without its tensors. */
  static Progress progress(Path path) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return progress(path, file.metadata());
    }
  }

  private static Progress progress(Path path, Map<String, String> metadata) throws IOException {
    try {
      return new Progress(
          Long.parseLong(text(path, metadata, "update")),
          Integer.parseInt(text(path, metadata, "epoch")),
          Integer.parseInt(text(path, metadata, "batch")),
          Double.parseDouble(text(path, metadata, "loss_sum")),
          Long.parseLong(text(path, metadata, "loss_count")),
          Double.parseDouble(text(path, metadata, "seconds")),
          Double.parseDouble(text(path, metadata, "best")),
          Long.parseLong(text(path, metadata, "best_update")),
          Integer.parseInt(text(path, metadata, "worse")),
          Long.parseLong(text(path, metadata, "evaluated")));
    } catch (NumberFormatException e) {
      throw new IOException("%s: a number in its metadata is none: %s".formatted(path, e), e);
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: %s".formatted(path, e.getMessage()), e);
    }
  }

  static double number(Path path, Map<String, String> metadata, String key) throws IOException {
    try {
      return Double.parseDouble(text(path, metadata, key));
    } catch (NumberFormatException e) {
      throw new IOException("%s: a number in its metadata is none: %s".formatted(path, e), e);
    }
  }

  static String text(Path path, Map<String, String> metadata, String key) throws IOException {
    String value = metadata.get(key);
    if (value == null) {
      throw new IOException("%s is no checkpoint: its metadata lacks \"%s\"".formatted(path, key));
    }
    return value;
  }
}
