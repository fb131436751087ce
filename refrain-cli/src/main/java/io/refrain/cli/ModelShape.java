package io.refrain.cli;

import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.LanguageModelRegularization;
import io.refrain.model.OutputConfig;
import io.refrain.nn.recurrent.Regularization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** The shape of a model in words. */
record ModelShape(LanguageModelConfig config) {

  /** Of each recurrent layer, from below. */
  private List<Integer> widths() {
    List<Integer> widths = new ArrayList<>(Collections.nCopies(config.layers(), config.hidden()));
    if (config.tied()) {
      widths.set(config.layers() - 1, config.embedding()); // the output layer reads what it writes
    }
    return widths;
  }

  /** {@return the recurrent layers, such as 2 layers of 1,150, or layers of 1,150 and 400} */
  String layers() {
    List<Integer> widths = widths();
    if (widths.stream().distinct().count() == 1) {
      return "%d %s of %,d"
          .formatted(widths.size(), widths.size() == 1 ? "layer" : "layers", widths.getFirst());
    }
    return widths.subList(0, widths.size() - 1).stream()
        .map(Figures::count)
        .collect(Collectors.joining(", ", "layers of ", " and " + Figures.count(widths.getLast())));
  }

  /** {@return the same in brief, such as 2 x 1150, or 1150 + 400} */
  String brief() {
    List<Integer> widths = widths();
    return widths.stream().distinct().count() == 1
        ? "%d x %d".formatted(widths.size(), widths.getFirst())
        : widths.stream().map(String::valueOf).collect(Collectors.joining(" + "));
  }

  /** {@return the options that are not at their defaults, as they are typed; empty for none} */
  String options() {
    List<String> options = new ArrayList<>();
    LanguageModelRegularization all = config.regularization();
    Regularization layers = all.layers();
    addFlag(options, "tied", config.tied());
    addFlag(options, "residual", config.residual());
    addOutput(options, config.output());
    add(options, "dropout", layers.dropout(), 0);
    if (config.embedding() > 0) {
      add(options, "input-dropout", all.input(), layers.dropout());
    }
    add(options, "output-dropout", all.output(), layers.dropout());
    addFlag(options, "locked", layers.locked());
    add(options, "embedding-dropout", all.embedding(), 0);
    add(options, "weight-drop", layers.weightDrop(), 0);
    add(options, "zoneout", layers.zoneoutHidden(), 0);
    add(options, "zoneout-cell", layers.zoneoutCell(), 0);
    add(options, "activation-penalty", all.activationPenalty(), 0);
    add(options, "temporal-penalty", all.temporalPenalty(), 0);
    return String.join(", ", options);
  }

  private static void addOutput(List<String> options, OutputConfig output) {
    switch (output) {
      case OutputConfig.Full _ -> {}
      case OutputConfig.Adaptive(AdaptiveSoftmax.Options adaptive) -> {
        options.add("output adaptive");
        options.add(
            adaptive.cutoffs().stream()
                .map(String::valueOf)
                .collect(Collectors.joining(",", "cutoffs ", "")));
        add(options, "div-value", adaptive.divValue(), AdaptiveSoftmax.Options.DIV_VALUE);
        addFlag(options, "head-bias", adaptive.headBias());
      }
      case OutputConfig.Sampled(int samples) -> {
        options.add("output sampled");
        options.add("samples " + samples);
      }
    }
  }

  private static void addFlag(List<String> options, String name, boolean set) {
    if (set) {
      options.add(name);
    }
  }

  private static void add(List<String> options, String name, double value, double usual) {
    if (value != usual) {
      options.add(name + " " + Figures.number(value));
    }
  }
}
