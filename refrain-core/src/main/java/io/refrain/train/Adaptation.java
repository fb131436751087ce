package io.refrain.train;

import io.refrain.optim.NonMonotoneTrigger;
import io.refrain.optim.Plateau;
import io.refrain.optim.Schedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What training learns from its validations about itself: the rate that a plateau has come to, and
 * when averaging begins. Its state is a part of the checkpoint.
 */
final class Adaptation {
  private static final String PLATEAU = "plateau";
  private static final String TRIGGER = "non_monotone";

  private final Schedule schedule;
  private final double learningRate;

  /** Null without a plateau among the schedules. */
  private Plateau.@Nullable State plateau;

  /** Null where no validation begins averaging. */
  private @Nullable NonMonotoneTrigger trigger;

  Adaptation(TrainingConfig config) {
    schedule = config.schedule();
    learningRate = config.learningRate();
    if (schedule instanceof Plateau) {
      plateau = Plateau.start(learningRate);
    }
    if (config.optimizer().nonMonotone() > 0) {
      trigger = NonMonotoneTrigger.over(config.optimizer().nonMonotone());
    }
  }

  /** The rate of the update that follows {@code update} others. */
  double rate(long update) {
    return switch (schedule) {
      case Schedule.ByUpdate byUpdate -> byUpdate.rate(learningRate, update);
      case Plateau _ -> Objects.requireNonNull(plateau).rate();
    };
  }

  /**
   * Takes note of a validation.
   *
   * @return whether averaging is to begin, unless it has
   */
  boolean validated(double loss) {
    if (schedule instanceof Plateau rule && plateau != null) {
      plateau = rule.after(plateau, loss);
    }
    if (trigger == null) {
      return false;
    }
    boolean fires = trigger.firesAt(loss);
    trigger = trigger.after(loss);
    return fires;
  }

  void save(Map<String, String> metadata) {
    if (plateau != null) {
      metadata.put(PLATEAU, "%s %s %d".formatted(plateau.rate(), plateau.best(), plateau.worse()));
    }
    if (trigger != null) {
      List<String> words = new ArrayList<>();
      words.add(Double.toString(trigger.bestBefore()));
      trigger.last().forEach(loss -> words.add(loss.toString()));
      metadata.put(TRIGGER, String.join(" ", words));
    }
  }

  void restore(Path file, Map<String, String> metadata) throws IOException {
    try {
      if (plateau != null) {
        String[] words = Checkpoint.text(file, metadata, PLATEAU).split(" ", 3);
        plateau =
            new Plateau.State(
                Double.parseDouble(words[0]),
                Double.parseDouble(words[1]),
                Integer.parseInt(words[2]));
      }
      if (trigger != null) {
        List<Double> losses = new ArrayList<>();
        for (String word : Checkpoint.text(file, metadata, TRIGGER).split(" ", -1)) {
          losses.add(Double.valueOf(word));
        }
        double best = losses.removeFirst();
        trigger = new NonMonotoneTrigger(trigger.window(), losses, best);
      }
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IOException(
          "%s: what it tells of validations cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
