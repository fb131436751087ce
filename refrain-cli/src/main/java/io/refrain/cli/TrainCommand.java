package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.optim.Schedule;
import io.refrain.train.Limits;
import io.refrain.train.Progress;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import io.refrain.train.TrainingConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a language model on a text. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
      "Train a language model on a text.",
      "Progress goes to standard error; the run's folder holds the model, its",
      "tokenizer, what was measured, and a picture of the loss."
    },
    footer = {
      "",
      "Examples:",
      "  refrain train                               Dickens, into runs/dickens:",
      "                                              2,000 updates, about 90 seconds",
      "                                              on two cores",
      "  refrain train book.txt --minutes 10 --hidden 1024 --out runs/book",
      "  refrain train --recipe notebook             the lecture's training",
      "  refrain train book.txt --tokenizer bpe --vocabulary 4096 --embedding 256",
      "  refrain train book.txt --find-learning-rate",
      "  refrain train book.txt --epochs 20 --schedule cosine --warm-up 200",
      "  refrain train book.txt --optimizer sgd --learning-rate 0.5 --momentum 0.9",
      "  refrain train book.txt --optimizer asgd --learning-rate 2 --evaluate-every 500",
      "  refrain train --out runs/book --resume      go on where it stopped"
    })
final class TrainCommand implements Callable<Integer> {
  /** Where to go on, when to stop, and what changes no result. */
  private static final List<String> WITH_RESUME =
      List.of(
          "--resume",
          "--out",
          "--epochs",
          "--updates",
          "--minutes",
          "--patience",
          "--threads",
          "--token-file",
          "--no-baseline",
          "--json",
          "--stacktrace");

  /** When to stop. */
  private static final List<String> LIMITS =
      List.of("--epochs", "--updates", "--minutes", "--patience");

  /** Where runs live that are not told where to. */
  static final Path RUNS = Path.of("runs");

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "CORPUS",
      description = {
        "A text file, a folder of text files, or one of dickens (built in), time-machine,",
        "tiny-shakespeare, wikitext-2, wikitext-2-valid, wikitext-2-test."
      })
  private @Nullable String corpus;

  @SuppressWarnings("UnusedVariable") // Main looks for it before the rest is parsed
  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      description = "A file of these options, or one of " + Recipes.LISTED + ".")
  private @Nullable String recipe;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The run's folder (default: a new one under runs/).")
  private @Nullable Path out;

  @Option(names = "--resume", description = "Go on with the run in --out, as it was configured.")
  private boolean resume;

  @Option(
      names = "--find-learning-rate",
      description =
          "Do not train, but try learning rates from 0.000001 to 100 for a short while, suggest one"
              + " and draw the curve, in --out or beside the runs. Makes no run.")
  private boolean findLearningRate;

  @Option(
      names = "--token-file",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description =
          "Encode the text into a file of tokens beside the run, and train from there: always,"
              + " never, or auto, for a text that is too large for memory (default:"
              + " ${DEFAULT-VALUE}). It changes no result.")
  private String tokenFile;

  @Option(
      names = "--no-baseline",
      description = "Do not count n-grams at the end, to compare the network with.")
  private boolean noBaseline;

  @Mixin private TrainOptions options;
  @Mixin private Threads threads;
  @Mixin private Output output;

  /** What the options come to, with the text as tokens. */
  record Job(RunConfig config, EncodedCorpora texts) implements AutoCloseable {
    Split split() {
      return texts.split(config);
    }

    @Override
    public void close() {
      texts.close();
    }
  }

  @Override
  public Integer call() throws IOException {
    RunDirectory directory = directory();
    PrintWriter err = spec.commandLine().getErr();
    try (Job job = resume ? resumed(directory) : fresh(directory);
        ThreadTeam team = new ThreadTeam(threads.count())) {
      if (findLearningRate) {
        search(job).run(team, output.json, spec.commandLine().getOut(), err);
        return 0;
      }
      Training training = new Training(directory, job.config(), job.texts(), team, !noBaseline);
      return training.run(resume, output.json, spec.commandLine().getOut(), err);
    }
  }

  private LearningRateSearch search(Job job) {
    TokenSource tokens = job.split().train();
    return out == null
        ? new LearningRateSearch(
            job.config(), tokens, RUNS, nameOf(job.config().corpus()) + "-learning-rate")
        : new LearningRateSearch(job.config(), tokens, out, "learning-rate");
  }

  /**
   * What a recipe comes to, for {@code reproduce}.
   *
   * @param run where it is to be
   * @param arguments more options, which override the recipe's
   */
  static Job job(String recipe, RunDirectory run, List<String> arguments) throws IOException {
    TrainCommand command = new TrainCommand();
    CommandLine commandLine = new CommandLine(command);
    commandLine.setDefaultValueProvider(Recipes.of(recipe, Set.of()));
    commandLine.parseArgs(arguments.toArray(String[]::new));
    return command.fresh(run);
  }

  /** Where the run lives or will. */
  private RunDirectory directory() throws IOException {
    if (!resume) {
      return new RunDirectory(out == null ? free(RUNS, corpus()) : out);
    }
    if (out == null) {
      throw new ParameterException(
          spec.commandLine(), "--resume needs --out DIR: the folder of the run to go on with");
    }
    requireNothingElse();
    return Runs.open(out);
  }

  private String corpus() {
    String name = corpus == null ? "dickens" : corpus;
    if (name.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "CORPUS is empty; give a text file, a folder of them or a name");
    }
    return name;
  }

  private Job fresh(RunDirectory directory) throws IOException {
    String name = corpus();
    options.requireRanges(); // before a long text is read
    if (!findLearningRate) {
      directory.requireFree();
    }
    EncodedCorpora text =
        EncodedCorpora.fresh(
            name,
            options.validationText(),
            reading -> options.tokenizer(reading, threads.count()),
            directory,
            way());
    try {
      return new Job(options.config(Texts.lasting(name), text), text);
    } catch (RuntimeException | Error e) {
      text.close();
      throw e;
    }
  }

  private Job resumed(RunDirectory directory) throws IOException {
    RunConfig config = directory.config();
    requireMoreThanDone(directory);
    RunConfig limited = options.withLimits(config);
    EncodedCorpora text = EncodedCorpora.again(directory, way());
    try {
      if (isGiven("--epochs") || isGiven("--updates")) {
        requireRate(directory, limited, text.split(limited).train());
      }
      return new Job(limited, text);
    } catch (RuntimeException | Error e) {
      text.close();
      throw e;
    }
  }

  private EncodedCorpus.Way way() {
    return switch (tokenFile) {
      case "auto" -> way(EncodedCorpus.Use.AUTO);
      case "always" -> way(EncodedCorpus.Use.ALWAYS);
      case "never" -> way(EncodedCorpus.Use.NEVER);
      default ->
          throw new IllegalArgumentException(
              "--token-file must be auto, always or never, but is \"%s\"".formatted(tokenFile));
    };
  }

  private EncodedCorpus.Way way(EncodedCorpus.Use use) {
    return new EncodedCorpus.Way(use, spec.commandLine().getErr());
  }

  /** With a rate of nothing, hours may be spent without a word of why nothing is learned. */
  private static void requireRate(RunDirectory directory, RunConfig config, TokenSource tokens) {
    TrainingConfig training = config.training();
    long updates =
        ScheduleOptions.updates(
            training.limits(), training.batching().mostUpdatesOfAnEpoch(tokens.size()));
    long end = ScheduleEnd.of(training);
    if (updates > end) {
      boolean cosine = training.schedule() instanceof Schedule.Cosine;
      throw new IllegalArgumentException(
          "the schedule %s of %s ends at update %s with a rate of about 0, so later updates learn"
                  .formatted(training.schedule().label(), directory.path(), Figures.count(end))
              + " nothing: begin a new run with more of them"
              + (cosine ? ", or one with --minimum-rate, which can go on" : ""));
    }
  }

  /** The number is kept for good, so one that ends the run where it stands is a slip. */
  private void requireMoreThanDone(RunDirectory directory) throws IOException {
    Progress done = Files.exists(directory.resumeFile()) ? directory.progress() : null;
    if (done == null) {
      return;
    }
    if (options.epochs != null && isGiven("--epochs")) {
      requireMore(directory, "--epochs", options.epochs, done.epoch());
    }
    if (options.updates != null && isGiven("--updates")) {
      requireMore(directory, "--updates", options.updates, done.update());
    }
    if (LIMITS.stream().anyMatch(this::isGiven)) {
      requireNoEnd(directory, directory.config().training().limits(), done);
    }
  }

  /** Whoever gives more of one limit is not to find that another has ended the run. */
  private void requireNoEnd(RunDirectory directory, Limits limits, Progress done) {
    if (!isGiven("--epochs")) {
      requireLeft(directory, "epochs", limits.epochs(), done.epoch());
    }
    if (!isGiven("--updates")) {
      requireLeft(directory, "updates", limits.updates(), done.update());
    }
    int patience = isGiven("--patience") ? options.patience : limits.patience();
    if (patience > 0 && done.worse() >= patience) {
      throw new IllegalArgumentException(
          "%s has had %s validations without a better one, and its patience is %s:"
                  .formatted(directory.path(), Figures.count(done.worse()), Figures.count(patience))
              + " give it more than that with --patience, or --patience 0 for no end");
    }
  }

  private static void requireLeft(RunDirectory directory, String what, long limit, long done) {
    if (done >= limit) {
      throw new IllegalArgumentException(
          "%s has done its %s %s: give it more with --%s, too"
              .formatted(directory.path(), Figures.count(limit), what, what));
    }
  }

  private static void requireMore(RunDirectory directory, String option, long wish, long done) {
    if (wish <= done && wish > 0) {
      throw new IllegalArgumentException(
          "%s must be above the %s that %s has done, but is %d"
              .formatted(option, Figures.count(done), directory.path(), wish));
    }
  }

  /** What a run is configured with cannot be changed on the way; to pass over a wish is worse. */
  private void requireNothingElse() {
    CommandLine.ParseResult given = spec.commandLine().getParseResult();
    if (!given.matchedPositionals().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--resume goes on with the run's own text: leave CORPUS out");
    }
    for (OptionSpec option : given.matchedOptions()) {
      if (!WITH_RESUME.contains(option.longestName())) {
        throw new ParameterException(
            spec.commandLine(),
            "%s cannot be changed with --resume, which takes only %s"
                .formatted(option.longestName(), String.join(", ", WITH_RESUME)));
      }
    }
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** {@return what a run on a corpus is called: the file or folder, without its suffix} */
  static String nameOf(String corpus) {
    Path file = Path.of(corpus).toAbsolutePath().normalize().getFileName();
    String name = file == null ? "" : file.toString().replaceFirst("\\.[A-Za-z]+$", "");
    return name.isBlank() ? "run" : name;
  }

  /** FOLDER/NAME, or FOLDER/NAME-2 and so on when there is one. */
  static Path free(Path folder, String corpus) {
    String name = nameOf(corpus);
    Path path = folder.resolve(name);
    for (int i = 2; Files.exists(path); i++) {
      path = folder.resolve(name + "-" + i);
    }
    return path;
  }
}
