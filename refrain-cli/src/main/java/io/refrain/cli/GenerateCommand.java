package io.refrain.cli;

import io.refrain.generate.BeamSearch;
import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.generate.StopStrings;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a trained model write. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
      "Let a trained model write, to standard output.",
      "Text by drawing, several at once, the likeliest, or together with you."
    },
    footer = {
      "",
      "Examples:",
      "  refrain generate runs/dickens",
      "  refrain generate runs/dickens --prefix \"It was \" --temperature 0.5 --seed 7",
      "  refrain generate runs/dickens --prefix \"It was \" --greedy --length 100",
      "  refrain generate runs/dickens --temperature 1.2 --min-p 0.1",
      "  refrain generate runs/words --repetition-penalty 1.2 --repetition-window 30",
      "  refrain generate runs/dickens --prefix \"It was \" --stop . --stop !",
      "  refrain generate runs/dickens --prefix \"It was \" --samples 8 --json",
      "  refrain generate runs/dickens --prefix \"It was \" --stop . --beams 8 --best 3",
      "  refrain generate runs/dickens --prefix \"It was \" --interactive"
    })
final class GenerateCommand implements Callable<Integer> {
  private static final String BEAMS = "--beams";
  private static final String CHOICES = "--choices";
  private static final String INTERACTIVE = "--interactive";
  private static final String LENGTH = "--length";
  private static final String SAMPLES = "--samples";

  /** Options of which the first makes the others mean nothing, and why. */
  private record Contradiction(String option, String reason, List<String> others) {

    /**
     * Refuses them.
     *
     * @param typed the option as it is typed
     */
    void refuse(CommandSpec spec, OptionCheck check, String typed) {
      for (String other : others) {
        if (check.isGiven(other) && !typed.startsWith(other)) {
          throw new ParameterException(
              spec.commandLine(),
              "%s %s, so that %s has no meaning: leave one of them out"
                  .formatted(typed, reason, other));
        }
      }
    }
  }

  private static final List<Contradiction> CONTRADICTIONS =
      List.of(
          new Contradiction(
              INTERACTIVE,
              "goes on as you choose, until you end it",
              List.of(BEAMS, SAMPLES, "--json", SamplingOptions.GREEDY, LENGTH, StopOptions.STOP)),
          new Contradiction(
              BEAMS,
              "looks for the likeliest text and draws nothing",
              List.of(
                  SAMPLES,
                  SamplingOptions.GREEDY,
                  SamplingOptions.TEMPERATURE,
                  SamplingOptions.TOP_K,
                  SamplingOptions.TOP_P,
                  SamplingOptions.MIN_P,
                  SamplingOptions.PENALTY,
                  SamplingOptions.WINDOW,
                  SamplingOptions.SEED)));

  /** Whichever option it is that takes the likeliest token each time. */
  private static final Contradiction NO_DRAW =
      new Contradiction(
          SamplingOptions.GREEDY,
          "draws nothing at random",
          List.of(
              SAMPLES,
              SamplingOptions.TEMPERATURE,
              SamplingOptions.TOP_K,
              SamplingOptions.TOP_P,
              SamplingOptions.MIN_P,
              SamplingOptions.SEED));

  /** Options that mean nothing without another: the option, and the other. */
  private static final List<List<String>> NEEDS =
      List.of(
          List.of("--length-penalty", BEAMS),
          List.of("--length-penalty", StopOptions.STOP), // else all texts are equally long
          List.of("--best", BEAMS),
          List.of(CHOICES, INTERACTIVE),
          List.of(SamplingOptions.WINDOW, SamplingOptions.PENALTY));

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN", description = "The folder of a run.")
  private Path run;

  @Option(names = "--prefix", paramLabel = "TEXT", description = "How the text begins.")
  private @Nullable String prefix;

  @Option(
      names = LENGTH,
      paramLabel = "N",
      defaultValue = "500",
      description = "Tokens to write (default: ${DEFAULT-VALUE}).")
  private int length;

  @Mixin private StopOptions stops;

  @Mixin private SamplingOptions sampling;

  @Option(
      names = SAMPLES,
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Texts to write, up to 64 at once, far sooner than one by one. Each depends on the seed"
              + " and its number alone.")
  private int samples;

  @Mixin private BeamOptions beams;

  @Option(
      names = INTERACTIVE,
      description =
          "Choose each token yourself from the likeliest, or type your own text; the text goes to"
              + " standard output at the end.")
  private boolean interactive;

  @Option(
      names = CHOICES,
      paramLabel = "N",
      defaultValue = "10",
      description = "Of --interactive: tokens to offer (default: ${DEFAULT-VALUE}).")
  private int choices;

  @Mixin private Output output;
  @Mixin private Threads threads;

  @Override
  public Integer call() throws IOException {
    OptionCheck check = new OptionCheck(spec);
    requireSense(check);
    Sampler.Options drawing = sampling.options(check);
    BeamSearch.Options searching = beams.options(check);
    StopStrings ends = stops.strings();
    int available = threads.count();
    RunDirectory directory = Runs.open(run);
    Tokenizer tokenizer = directory.tokenizer();
    stops.requireWritable(tokenizer);
    int[] start = start(tokenizer);
    int[] beginning = prefix == null ? new int[0] : start;
    FrozenLanguageModel model = directory.model().freeze();
    Sampler sampler = new Sampler(drawing.excluding(tokenizer.specialIds()));
    BeamSearch search = new BeamSearch(searching.excluding(tokenizer.specialIds()));
    PrintWriter out = spec.commandLine().getOut();
    // Only as many threads as pay: starting more would only delay the first letter.
    int rows = Math.max(Math.min(samples, TextWriting.AT_ONCE), beams.width());
    try (ThreadTeam team = new ThreadTeam(model.threads(available, rows))) {
      Session session = new Session(model, team);
      session.read(start);
      TextWriting writing =
          new TextWriting(tokenizer, session, beginning, ends, length, output.json, out);
      if (interactive) {
        interact(tokenizer, session, beginning, sampler);
      } else if (beams.chosen()) {
        writing.likeliest(search, beams.best());
      } else if (sampling.greedy().isPresent()) {
        writing.greedy(sampler);
      } else {
        draw(writing, sampler);
      }
    }
    return 0;
  }

  private int[] start(Tokenizer tokenizer) {
    if (prefix == null) {
      return Prefix.ofNothing(tokenizer);
    }
    int[] tokens = Prefix.of(tokenizer, prefix, Prefix.NAME);
    Prefix.hint(tokenizer, tokens, Prefix.NAME).ifPresent(spec.commandLine().getErr()::println);
    return tokens;
  }

  private void draw(TextWriting writing, Sampler sampler) {
    long seed = sampling.seed().orElseGet(SamplingOptions::anotherSeed);
    if (samples > 1) {
      writing.several(sampler, seed, samples);
    } else {
      writing.one(sampler, seed);
    }
    boolean isRead = !spec.commandLine().getOut().checkError();
    if (sampling.seed().isEmpty() && !output.json && isRead) {
      spec.commandLine().getErr().printf("%s %d writes this again.%n", SamplingOptions.SEED, seed);
    }
  }

  private void interact(Tokenizer tokenizer, Session session, int[] beginning, Sampler sampler)
      throws IOException {
    InteractiveWriting writing =
        new InteractiveWriting(
            tokenizer,
            session,
            beginning,
            sampler,
            new SplittableRandom(sampling.seed().orElseGet(SamplingOptions::anotherSeed)),
            choices,
            spec.commandLine().getErr());
    // not closed: standard input is not ours
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintWriter out = spec.commandLine().getOut();
    try (ShutdownHook _ = ShutdownHook.of(() -> writing.finish(out), "print-on-exit")) {
      writing.run(in, out);
    }
  }

  private void requireSense(OptionCheck check) {
    for (Contradiction contradiction : CONTRADICTIONS) {
      if (check.isGiven(contradiction.option())) {
        contradiction.refuse(spec, check, contradiction.option());
      }
    }
    sampling.greedy().ifPresent(typed -> NO_DRAW.refuse(spec, check, typed));
    for (List<String> need : NEEDS) {
      if (check.isGiven(need.getFirst()) && !check.isGiven(need.getLast())) {
        throw new ParameterException(
            spec.commandLine(),
            "%s is for %s: give that too, or leave it out"
                .formatted(need.getFirst(), need.getLast()));
      }
    }
    check.atLeast(0, LENGTH, length);
    check.atLeast(1, SAMPLES, samples);
    check.atLeast(1, CHOICES, choices);
  }
}
