package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.model.LanguageModel;
import io.refrain.optim.Schedule;
import io.refrain.text.TextDecoder;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import io.refrain.train.Trainer;
import io.refrain.train.TrainingConfig;
import io.refrain.train.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One training as the user sees it: what it is, how it goes, what it leaves, how to go on. */
final class Training {
  private static final int SAMPLE_TOKENS = 160;
  private static final int SECONDS_TO_SAVE = 60;

  /** What the shell expects of a program ended by Ctrl-C. */
  static final int EXIT_INTERRUPTED = 130;

  private final RunDirectory directory;
  private final RunConfig config;
  private final EncodedCorpora texts;
  private final Tokenizer tokenizer;
  private final Split split;
  private final ThreadTeam team;
  private final boolean baseline;

  /**
   * A training that is to be begun or gone on with.
   *
   * @param baseline whether n-grams are counted at the end
   */
  Training(
      RunDirectory directory,
      RunConfig config,
      EncodedCorpora texts,
      ThreadTeam team,
      boolean baseline) {
    this.directory = directory;
    this.config = config;
    this.texts = texts;
    this.tokenizer = texts.tokenizer();
    this.split = texts.split(config);
    this.team = team;
    this.baseline = baseline;
  }

  /** Says in two lines what is about to be trained. */
  private void describe(PrintWriter err) {
    TrainingConfig training = config.training();
    err.printf(
        "%s: %,d tokens to train on, %,d to validate with (%s, %d kinds);"
            + " %s %s, batch %d, %d steps, %s %s%s%n",
        config.corpus(),
        split.train().size(),
        split.validation().size(),
        config.tokenizer(),
        config.model().vocabulary(),
        config.model().cell().label(),
        new ModelShape(config.model()).brief(),
        training.batching().batch(),
        training.batching().steps(),
        training.optimizer().label(),
        training.learningRate(),
        training.schedule() instanceof Schedule.Constant ? "" : ", " + training.schedule().label());
    texts.unknown().warn(err);
    long held = split.validation().size();
    int row = training.batching().steps() + 1;
    if (held > 0 && held < row) {
      err.printf(
          "%,d tokens are too few to validate with, so there will be no validation: it takes %,d at"
              + " least, one more than --steps.%n",
          held, row);
    }
    err.printf(
        "%s, %d %s. Ctrl-C saves and stops.%n",
        Kernels.get().description(), team.size(), team.size() == 1 ? "thread" : "threads");
    err.flush();
  }

  /** Trains, draws the loss and says what to do next; returns the exit code. */
  int run(boolean resume, boolean json, PrintWriter out, PrintWriter err) throws IOException {
    TrainingConfig before = resume ? directory.config().training() : config.training();
    try (TrainingRun run =
        resume
            ? TrainingRun.resume(directory, config, split, team)
            : TrainingRun.create(directory, config, tokenizer, split, team)) {
      tellChanges(run, before, err);
      describe(err); // now, for a run that cannot begin would be announced in vain
      CountDownLatch done = new CountDownLatch(1);
      ShutdownHook hook = ShutdownHook.of(() -> stopAndWait(run, done), "save-on-exit");
      Ended ended;
      try {
        ended = trainAndDraw(run, json);
        if (ended.end() == Trainer.End.STOPPED) {
          tell(ended, json, out, err);
          return EXIT_INTERRUPTED;
        }
      } catch (IOException | RuntimeException failure) {
        if (!hook.isRunning()) {
          throw failure;
        }
        // Here, for the process ends before who is thrown it could say a word.
        err.println("refrain: " + FailureMessage.of(failure));
        err.flush();
        return EXIT_INTERRUPTED;
      } finally {
        // Not before everything is written and told: the process ends as soon as the hook does.
        done.countDown();
        hook.close();
      }
      compare(run, ended, json, out, err); // by now Ctrl-C may end it at once
      tell(ended, json, out, err);
      return 0;
    }
  }

  /** Says what going on with a run changes in its folder. */
  private void tellChanges(TrainingRun run, TrainingConfig before, PrintWriter err) {
    if (!config.training().equals(before)) {
      err.printf(
          "Kept as the limits of this run: %s.%n", Figures.limits(config.training().limits()));
    }
    if (run.modelWasLost()) {
      err.printf(
          "%s was missing or damaged, so the best model is lost:"
              + " the weights of the checkpoint take its place.%n",
          directory.modelFile());
    }
    if (run.logWasCut()) {
      err.printf(
          "%s was missing or cut short: the losses before update %s are lost in part.%n",
          directory.metricsFile(), Figures.count(run.trainer().progress().update()));
    }
  }

  /**
   * How a training ended.
   *
   * @param best its best validation loss; infinite where there was none
   * @param problem why there is no picture
   */
  private record Ended(Trainer.End end, double best, Optional<String> problem) {}

  private Ended trainAndDraw(TrainingRun run, boolean json) throws IOException {
    Trainer.End end;
    Optional<String> problem;
    try {
      end = train(run, json);
    } finally {
      problem = draw(run); // which shows best how a training failed
    }
    return new Ended(end, run.trainer().progress().best(), problem);
  }

  /** Draws while the folder is this run's, for pictures are written by name, too. */
  private Optional<String> draw(TrainingRun run) {
    return run.isInPlace()
        ? LossCurve.draw(directory, TrainingLoss.of(config.model()))
        : Optional.of("no loss curve: %s was removed or moved".formatted(directory.path()));
  }

  /** Counts what the network has to beat. */
  private void compare(TrainingRun run, Ended ended, boolean json, PrintWriter out, PrintWriter err)
      throws IOException {
    if (!baseline || Double.isInfinite(ended.best())) {
      return;
    }
    NgramBaseline counted = NgramBaseline.of(split, config.model().vocabulary());
    run.writeBaseline(counted.baseline());
    if (json) {
      Output.line(out, counted.event());
    } else {
      err.printf("Beside it: %s.%n", counted.line());
      counted.verdict(ended.best()).ifPresent(err::println);
    }
  }

  private void tell(Ended ended, boolean json, PrintWriter out, PrintWriter err) {
    ended.problem().ifPresent(err::println);
    if (json) {
      Output.line(out, Map.of("event", "saved", "run", directory.path().toString()));
    } else {
      say(ended.end(), ended.problem().isEmpty(), err);
    }
  }

  private Trainer.End train(TrainingRun run, boolean json) throws IOException {
    try (TrainingDisplay display = display(json, run.trainer().secondsOfLimit())) {
      Trainer.End end = run.run(display);
      display.finished(end, run.trainer().progress());
      return end;
    }
  }

  private TrainingDisplay display(boolean json, double secondsUsed) {
    return json
        ? TrainingDisplay.json(config, secondsUsed)
        : TrainingDisplay.onStandardError(config, secondsUsed, this::sample);
  }

  private static void stopAndWait(TrainingRun run, CountDownLatch done) {
    run.trainer().requestStop();
    try {
      if (!done.await(SECONDS_TO_SAVE, TimeUnit.SECONDS)) {
        System.err.println(
            run.isSaved()
                ? "refrain: the run is saved; its last validation and its picture take too long"
                : "refrain: could not save in time; the last checkpoint is kept");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A few words of the model, always from the same draw, so that samples can be compared. */
  private String sample(LanguageModel model) {
    FrozenLanguageModel frozen = model.freeze();
    Sampler sampler =
        new Sampler(Sampler.Options.temperature(0.5).excluding(tokenizer.specialIds()));
    TextDecoder decoder = tokenizer.decoder();
    StringBuilder text = new StringBuilder();
    int most = tokenizer.separator().isEmpty() ? SAMPLE_TOKENS : SAMPLE_TOKENS / 5;
    try (ThreadTeam writers = new ThreadTeam(frozen.threads(team.size()))) {
      Session session = new Session(frozen, writers);
      session.read(Prefix.ofNothing(tokenizer));
      session.write(
          most,
          sampler,
          new SplittableRandom(config.training().seed()),
          token -> {
            text.append(decoder.next(token));
            return true;
          });
    }
    return text.append(decoder.end()).toString();
  }

  private void say(Trainer.End end, boolean drawn, PrintWriter err) {
    String path = directory.path().toString();
    err.printf("The run is in %s%s. Now try:%n", path, drawn ? ", its loss in loss.png" : "");
    err.println("  " + Invocation.of("generate", path));
    long updates = config.training().limits().updates();
    if (end == Trainer.End.STOPPED || end == Trainer.End.TIME) {
      err.println("  " + Invocation.of("train", "--out", path, "--resume"));
    } else if (end == Trainer.End.UPDATES && updates < ScheduleEnd.of(config.training())) {
      // without a new limit it would end at once
      String more = Long.toString(2 * updates);
      err.println("  " + Invocation.of("train", "--out", path, "--resume", "--updates", more));
    }
    err.flush();
  }
}
