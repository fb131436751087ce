package io.refrain.cli;

import io.refrain.model.CellKind;
import io.refrain.model.LanguageModelConfig;
import io.refrain.train.Finding;
import io.refrain.train.TrainingConfig;
import java.util.Locale;

/**
 * Says in a line what ails a training, and which of its options to change.
 *
 * @param model the shape of what is trained
 * @param training how
 */
record Warnings(LanguageModelConfig model, TrainingConfig training) {

  /** {@return one line, such as {@code warning: …: try …}} */
  String line(Finding finding) {
    return "warning: %s: try %s".formatted(sign(finding), remedy(finding.kind()));
  }

  private String sign(Finding finding) {
    String layer = finding.layer();
    double figure = finding.figure();
    return switch (finding.kind()) {
      case EXPLODING_CLIPPED ->
          "gradients explode, %s times longer than --clip %s for dozens of updates, most in %s"
              .formatted(times(figure), Figures.number(training.clipping().norm()), layer);
      case EXPLODING_GROWN ->
          "gradients explode, suddenly %s times longer, most in %s".formatted(times(figure), layer);
      case VANISHING_IN_TIME ->
          "gradients vanish in time, a loss is felt for only %d of %d steps in %s"
              .formatted((int) figure, training.batching().steps() - 1, layer);
      case VANISHING_IN_DEPTH ->
          "gradients vanish on their way down, only %s of them is left in %s"
              .formatted(share(figure), layer);
      case SATURATED_OUTPUT ->
          "%s is saturated, %s of its units are stuck near -1 or 1".formatted(layer, share(figure));
      case SATURATED_GATES ->
          "%s is saturated, %s of its gates are stuck open or shut".formatted(layer, share(figure));
      case DEAD_UNITS -> "%s dies, %s of its units are always 0".formatted(layer, share(figure));
    };
  }

  private String remedy(Finding.Kind kind) {
    return switch (kind) {
      case EXPLODING_CLIPPED, SATURATED_OUTPUT, SATURATED_GATES -> lowerRate();
      case EXPLODING_GROWN -> lowerRate() + ", or " + lowerClip();
      case VANISHING_IN_TIME ->
          "%sfewer --steps".formatted(isPlain() ? "--cell lstm or gru, or " : "");
      case VANISHING_IN_DEPTH ->
          model.residual() ? "fewer --layers" : "--residual, or fewer --layers";
      case DEAD_UNITS -> lowerRate() + ", or --nonlinearity tanh";
    };
  }

  private boolean isPlain() {
    return model.cell() == CellKind.RNN_TANH || model.cell() == CellKind.RNN_RELU;
  }

  private String lowerRate() {
    return "--learning-rate " + Figures.learningRate(training.learningRate() / 10);
  }

  private String lowerClip() {
    double clip = training.clipping().norm();
    return "--clip " + (Double.isInfinite(clip) ? "1" : Figures.number(clip / 10));
  }

  private static String times(double factor) {
    return factor < 1e6
        ? Figures.count(Math.round(factor))
        : String.format(Locale.ROOT, "%.0e", factor);
  }

  private static String share(double share) {
    double percent = 100 * share;
    return percent >= 1 ? Math.round(percent) + "%" : String.format(Locale.ROOT, "%.0e%%", percent);
  }
}
