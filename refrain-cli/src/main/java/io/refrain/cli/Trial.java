package io.refrain.cli;

import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How it is found out whether a published figure is reached. */
sealed interface Trial permits ByHeart, Unseen {
  /** What a figure is of. */
  enum Metric {
    /** In nats a token. */
    LOSS("loss"),
    /** Its exponential. */
    PERPLEXITY("perplexity"),
    /** In bits a character. */
    BITS_PER_CHARACTER("bits per character");

    private final String label;

    Metric(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /**
   * What must not be exceeded.
   *
   * @param what is measured, for people
   */
  record Target(String what, double most) {}

  /** A target, and what was reached. */
  record Reached(Target target, double value) {
    boolean met() {
      return value <= target.most();
    }
  }

  /**
   * What to try with.
   *
   * @param run a run that was trained by the recipe already; null to train
   * @param runs where a new run is to live
   */
  record Means(int threads, @Nullable Path run, Path runs, PrintWriter err) {
    /** A free place for a run. */
    RunDirectory free(String recipe) {
      return new RunDirectory(TrainCommand.free(runs, recipe));
    }
  }

  /**
   * Something measured that is not part of a figure.
   *
   * @param label what it is, for people
   * @param value what it came to
   * @param key what it is, for programs
   * @param fields what programs are told of it, the value among them
   */
  record Beside(String label, double value, String key, Map<String, Object> fields) {}

  /**
   * What it came to.
   *
   * @param seconds of training, its validations among them; that texts were read before and after
   *     is not
   * @param mostSeconds how many there may be
   * @param beside what is not part of the figure, and helps to judge it
   */
  record Outcome(List<Reached> reached, double seconds, double mostSeconds, List<Beside> beside) {
    boolean inTime() {
      return seconds <= mostSeconds;
    }

    boolean met() {
      return inTime() && reached.stream().allMatch(Reached::met);
    }
  }

  /** What is to be reached. */
  List<Target> targets();

  /**
   * Trains, and measures.
   *
   * @return nothing when somebody stopped the training
   */
  Optional<Outcome> attempt(String recipe, Means means) throws IOException;

  /** Whether a run that was trained already can be judged. */
  boolean judgesRuns();
}
