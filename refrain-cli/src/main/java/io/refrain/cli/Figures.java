package io.refrain.cli;

import io.refrain.optim.OptimizerConfig;
import io.refrain.optim.Schedule;
import io.refrain.train.Limits;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Measured figures as people read them: as many digits as mean something. */
final class Figures {
  private Figures() {}

  /** {@return a loss in nats a token, such as 1.832} */
  static String loss(double nats) {
    return Double.isFinite(nats) ? String.format(Locale.ROOT, "%.3f", nats) : "-";
  }

  /** {@return the perplexity of a mean loss in nats, with about three digits, such as 6.25} */
  static String perplexity(double nats) {
    double perplexity = Math.exp(nats);
    if (!Double.isFinite(perplexity)) {
      return "-";
    }
    if (perplexity >= 1e6) {
      return String.format(Locale.ROOT, "%.1e", perplexity);
    }
    int decimals = perplexity < 10 ? 2 : perplexity < 100 ? 1 : 0;
    return String.format(Locale.ROOT, "%,." + decimals + "f", perplexity);
  }

  /** {@return a rate with about three digits, such as 231k} */
  static String rate(double perSecond) {
    if (!Double.isFinite(perSecond)) {
      return "-";
    }
    if (perSecond < 999.5) {
      return Long.toString(Math.round(perSecond));
    }
    boolean millions = perSecond >= 999_500;
    double scaled = perSecond / (millions ? 1e6 : 1e3);
    int decimals = scaled < 9.95 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f%s", scaled, millions ? "M" : "k");
  }

  /** {@return a time such as 0:09, 12:34 or 1:02:03} */
  static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "-";
    }
    long whole = Math.max(0, Math.round(seconds));
    long hours = whole / 3600;
    long minutes = whole / 60 % 60;
    return hours > 0
        ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, minutes, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d", minutes, whole % 60);
  }

  /** {@return when a training ends at the latest, such as 20 epochs, 1.5 minutes} */
  static String limits(Limits given) {
    List<String> limits = new ArrayList<>();
    if (given.epochs() < Integer.MAX_VALUE) {
      limits.add(count(given.epochs()) + (given.epochs() == 1 ? " epoch" : " epochs"));
    }
    if (given.updates() < Long.MAX_VALUE) {
      limits.add(count(given.updates()) + (given.updates() == 1 ? " update" : " updates"));
    }
    if (Double.isFinite(given.minutes())) {
      limits.add(number(given.minutes()) + (given.minutes() == 1 ? " minute" : " minutes"));
    }
    if (given.patience() > 0) {
      limits.add("patience " + count(given.patience()));
    }
    return limits.isEmpty() ? "none" : String.join(", ", limits);
  }

  /** {@return an optimizer with those of its constants that are not its defaults} */
  static String optimizer(OptimizerConfig optimizer) {
    Map<String, Object> usual = OptimizerConfig.of(optimizer.label()).constants();
    Map<String, Object> own = new LinkedHashMap<>(optimizer.constants());
    own.entrySet().removeIf(constant -> constant.getValue().equals(usual.get(constant.getKey())));
    return optimizer.label() + constants(own);
  }

  /**
   * {@return a schedule with its constants, such as cosine (updates 900, warm up 10, minimum 0)}
   */
  static String schedule(Schedule schedule) {
    return schedule.label() + constants(schedule.constants());
  }

  private static String constants(Map<String, Object> constants) {
    String list =
        constants.entrySet().stream()
            .map(constant ->
                constant.getKey().replace('_', ' ')
                    + " "
                    + (constant.getValue() instanceof Double value
                        ? number(value)
                        : constant.getValue()))
            .collect(Collectors.joining(", "));
    return list.isEmpty() ? "" : " (" + list + ")";
  }

  /** {@return a setting as a user would type it: 3 rather than 3.0} */
  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** {@return a learning rate with two digits, such as 0.0025} */
  static String learningRate(double rate) {
    return new BigDecimal(rate).round(new MathContext(2)).stripTrailingZeros().toPlainString();
  }

  /** {@return a count with its thousands set apart, such as 1,200} */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
