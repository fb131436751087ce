package io.refrain.cli;

import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.text.TextDecoder;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunDirectory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
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
    description = "Let a trained model write, to standard output.",
    footer = {
      "",
      "Examples:",
      "  refrain generate runs/dickens",
      "  refrain generate runs/dickens --prefix \"It was \" --temperature 0.5 --seed 7",
      "  refrain generate runs/dickens --prefix \"It was \" --greedy --length 100"
    })
final class GenerateCommand implements Callable<Integer> {
  private static final long FLUSH_NANOS = 20_000_000;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN", description = "The folder of a run.")
  private Path run;

  @Option(names = "--prefix", paramLabel = "TEXT", description = "How the text begins.")
  private @Nullable String prefix;

  @Option(
      names = "--length",
      paramLabel = "N",
      defaultValue = "500",
      description = "Tokens to write (default: ${DEFAULT-VALUE}).")
  private int length;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      defaultValue = "0.8",
      description = "Below 1 bolder, above 1 more varied (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(names = "--greedy", description = "Always the most likely token.")
  private boolean greedy;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      defaultValue = "0",
      description = "Only the N most likely tokens; 0: all.")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "X",
      defaultValue = "1",
      description = "Of these, only the likely ones that together hold this share; 1: all.")
  private double topP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Same seed, same text (default: another each time).")
  private @Nullable Long seed;

  @Mixin private Threads threads;

  @Override
  public Integer call() throws Exception {
    if (length < 0) {
      throw new IllegalArgumentException("--length must be at least 0, but is " + length);
    }
    if (greedy) {
      requireNoSampling();
    }
    int available = threads.count();
    Sampler.Options options = new Sampler.Options(greedy ? 0 : temperature, topK, topP, List.of());
    RunDirectory directory = Runs.open(run);
    Tokenizer tokenizer = directory.tokenizer();
    int[] start = prefix == null ? Prefix.ofNothing(tokenizer) : Prefix.of(tokenizer, prefix);
    FrozenLanguageModel model = directory.model().freeze();
    Sampler sampler = new Sampler(options.excluding(tokenizer.specialIds()));
    RandomGenerator random = seed == null ? new SplittableRandom() : new SplittableRandom(seed);
    // Only as many threads as pay: starting more would only delay the first letter.
    try (ThreadTeam team = new ThreadTeam(model.threads(available))) {
      Session session = new Session(model, team);
      session.read(start);
      write(tokenizer.decoder(), session, sampler, random, prefix == null ? new int[0] : start);
    }
    return 0;
  }

  private void requireNoSampling() {
    for (String option : List.of("--temperature", "--top-k", "--top-p")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(
            spec.commandLine(),
            "--greedy draws nothing at random, so that %s has no meaning: leave one of them out"
                .formatted(option));
      }
    }
  }

  private void write(
      TextDecoder decoder,
      Session session,
      Sampler sampler,
      RandomGenerator random,
      int[] beginning) {
    PrintWriter out = spec.commandLine().getOut();
    for (int token : beginning) {
      out.print(decoder.next(token));
    }
    out.flush();
    long[] lastFlush = {System.nanoTime() - FLUSH_NANOS};
    session.write(
        length,
        sampler,
        random,
        token -> {
          out.print(decoder.next(token)); // nothing, while a character is not whole
          if (System.nanoTime() - lastFlush[0] < FLUSH_NANOS) {
            return true;
          }
          lastFlush[0] = System.nanoTime();
          return !out.checkError(); // which also flushes; a reader that went away ends the text
        });
    out.println(decoder.end());
    out.flush();
  }
}
