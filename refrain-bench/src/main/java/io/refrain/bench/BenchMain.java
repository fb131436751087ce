package io.refrain.bench;

import io.refrain.bench.workload.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The program {@code refrain bench}; the launcher starts it, since the command line cannot. */
@Command(
    name = "refrain bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measure how fast Refrain is: alone, or in turns with libtorch and DJL.",
    footer = {
      "",
      "Examples:",
      "  refrain bench                        Refrain alone",
      "  refrain bench --peers --rounds 5     in turns with libtorch and DJL",
      "  refrain bench rnn-notebook --json    one case, for programs",
      "",
      "ms: median milliseconds a training step, or a generated character.",
      "GFLOP/s: useful floating-point operations; of peak: their share in what the",
      "same threads do in a loop of nothing but fused multiply-adds.",
      "bytes: allocated in a step by all threads that work."
    })
public final class BenchMain implements Callable<Integer> {
  /** Where the launcher built the peers: {@code classes} and {@code classpath.txt}. */
  private static final String PEERS_PROPERTY = "refrain.bench.peers";

  private static final int FAILURE = 1;
  private static final int MOST_THREADS = 1024;
  private static final int DEFAULT_THREADS = 2;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "CASE",
      arity = "0..*",
      description = "rnn-notebook, generate-rnn or rnn-word; all of them when none is named.")
  private List<String> cases = new ArrayList<>();

  @Option(
      names = "--peers",
      description =
          "Take turns with libtorch and DJL, each in every setting worth trying."
              + " Fetches them first, about 220 MB.")
  private boolean peers;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that training uses (default: 2, or 1 where there is one processor).")
  private int threads = Math.min(DEFAULT_THREADS, Runtime.getRuntime().availableProcessors());

  @Option(names = "--rounds", paramLabel = "N", description = "Turns that count (default: 11).")
  private int rounds = 11;

  @Option(
      names = "--round-ms",
      paramLabel = "N",
      description = "About how long one turn lasts (default: 300).")
  private int roundMillis = 300;

  @Option(names = "--all", description = "Show every setting of a peer, not only the best.")
  private boolean all;

  @Option(
      names = "--json",
      description = "Write one JSON object a line, with every setting of a peer.")
  private boolean json;

  private BenchMain() {}

  /**
   * Runs the program and ends the process with its exit code: 0, 1 when something could not be
   * measured, 2 for arguments that make no sense.
   *
   * @param arguments the words after {@code refrain bench}
   */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, arguments));
  }

  /** Runs the program and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return new CommandLine(new BenchMain())
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler((problem, _) -> {
          err.println("refrain bench: " + problem.getMessage());
          err.println("Try `refrain bench --help`.");
          return CommandLine.ExitCode.USAGE;
        })
        .setExecutionExceptionHandler((problem, _, _) -> {
          err.println("refrain bench: " + problem.getMessage());
          return FAILURE;
        })
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException, WorkerException {
    validate();
    Machine machine = Machine.current();
    PrintWriter out = spec.commandLine().getOut();
    progress(
        "%s, %d processors, JDK %s, %s"
            .formatted(
                machine.processor(),
                machine.processors(),
                System.getProperty("java.version"),
                LocalDate.now(ZoneId.systemDefault())));
    Report report = json ? new JsonReport(out) : new TableReport(out, peers, all);
    boolean complete = true;
    for (Map.Entry<Workload, List<Comparison>> entry : comparisons().entrySet()) {
      RaceResult result = race(entry.getKey(), machine);
      report.add(result, entry.getValue());
      complete &= !peers || entry.getValue().stream().allMatch(row -> result.best(row).isPresent());
      if (Double.isNaN(result.peak())) {
        progress("no FMA peak: this JVM runs without jdk.incubator.vector");
      }
    }
    return complete ? CommandLine.ExitCode.OK : FAILURE;
  }

  private RaceResult race(Workload workload, Machine machine) throws IOException, WorkerException {
    Race.Schedule schedule = new Race.Schedule(rounds, roundMillis);
    progress(workload.name() + ": starting");
    try (Race race = new Race(workload, threads, schedule, this::progress)) {
      if (peers) {
        String classPath = peersClassPath();
        for (PeerSetting setting : PeerSetting.of(workload, threads, machine)) {
          race.enter(setting, Jvm.peer(setting, workload, classPath));
        }
      }
      return race.run();
    }
  }

  /** The rows to make, by the race that they come from. */
  private Map<Workload, List<Comparison>> comparisons() {
    Map<Workload, List<Comparison>> byWorkload = new LinkedHashMap<>();
    for (Comparison row : Comparison.of(cases.isEmpty() ? Comparison.caseNames() : cases)) {
      List<Comparison> rows = byWorkload.computeIfAbsent(row.workload(), _ -> new ArrayList<>());
      // without peers, rows of one race would all say the same
      if (peers || rows.isEmpty()) {
        rows.add(row);
      }
    }
    return byWorkload;
  }

  private void validate() {
    for (String name : cases) {
      if (!Comparison.caseNames().contains(name)) {
        throw refuse(
            "there is no case '%s'; choose from %s"
                .formatted(name, String.join(", ", Comparison.caseNames())));
      }
    }
    requireBetween("--threads", threads, MOST_THREADS);
    requireBetween("--rounds", rounds, 10_000);
    requireBetween("--round-ms", roundMillis, 600_000);
    if (peers && System.getProperty(PEERS_PROPERTY) == null) {
      throw refuse("--peers needs the launcher, which builds them: run ./refrain bench --peers");
    }
  }

  private void requireBetween(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw refuse("%s must be between 1 and %d, but is %d".formatted(option, most, value));
    }
  }

  private ParameterException refuse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static String peersClassPath() throws IOException {
    Path folder = Path.of(System.getProperty(PEERS_PROPERTY));
    return Jvm.classPath(
        folder.resolve("classes").toString(),
        Files.readString(folder.resolve("classpath.txt")).strip());
  }

  private void progress(String line) {
    spec.commandLine().getErr().println(line);
  }
}
