package io.refrain.bench;

import io.refrain.bench.workload.Library;
import io.refrain.bench.workload.TokenizerWorkload;
import io.refrain.bench.workload.WikiText2;
import io.refrain.bench.workload.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    description = "Measure how fast Refrain is: alone, or in turns with its peers.",
    footer = {
      "",
      "Examples:",
      "  refrain bench                        Refrain alone",
      "  refrain bench --peers --rounds 5     in turns with its peers",
      "  refrain bench rnn-notebook --json    one case, for programs",
      "",
      "ms: median milliseconds a training step, a generated character, a sequence",
      "read, or a pass over a ragged batch or an output layer.",
      "GFLOP/s: useful floating-point operations; of peak: their share in what the",
      "same threads do in a loop of nothing but fused multiply-adds.",
      "bytes: allocated in a step by all threads that work."
    })
public final class BenchMain implements Callable<Integer> {
  /** Where the launcher built the program of libtorch and DJL. */
  private static final String PEERS_PROPERTY = "refrain.bench.peers";

  /** Where the launcher built, or failed to build, that of DL4J. */
  private static final String DL4J_PROPERTY = "refrain.bench.dl4j";

  private static final int FAILURE = 1;
  private static final int MOST_THREADS = 1024;
  private static final int DEFAULT_THREADS = 2;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "CASE",
      arity = "0..*",
      completionCandidates = CaseNames.class,
      description = "${COMPLETION-CANDIDATES}; all of them when none is named.")
  private List<String> cases = new ArrayList<>();

  @Option(
      names = "--peers",
      description =
          "Take turns with libtorch, DJL, DL4J and jtokkit, each in every setting worth trying."
              + " Fetches them first, about 365 MB.")
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

  /** What the help lists. */
  private static final class CaseNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Comparison.caseNames().iterator();
    }
  }

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
    Map<Workload, List<Comparison>> races = comparisons();
    boolean compared =
        peers || races.values().stream().flatMap(List::stream).anyMatch(Comparison::isWithItself);
    Report report = json ? new JsonReport(out) : new TableReport(out, compared, all);
    boolean complete = true;
    for (Map.Entry<Workload, List<Comparison>> entry : races.entrySet()) {
      if (lacksText(entry.getKey())) {
        progress(entry.getKey().name() + ": not measured, " + WikiText2.remedy());
        complete &= cases.isEmpty();
        continue;
      }
      RaceResult result = race(entry.getKey(), machine);
      report.add(result, entry.getValue());
      complete &= isComplete(result, entry.getValue());
      if (result.leftOut() == null && Double.isNaN(result.peak())) {
        progress("no FMA peak: this JVM runs without jdk.incubator.vector");
      }
    }
    return complete ? CommandLine.ExitCode.OK : FAILURE;
  }

  private static boolean lacksText(Workload workload) {
    return workload instanceof TokenizerWorkload && WikiText2.file().isEmpty();
  }

  private RaceResult race(Workload workload, Machine machine) throws IOException, WorkerException {
    Race.Schedule schedule = new Race.Schedule(rounds, roundMillis);
    progress(workload.name() + ": starting");
    try (Race race = new Race(workload, threads, schedule, this::progress)) {
      for (PeerSetting setting : PeerSetting.ofRefrain(workload, threads)) {
        race.enter(setting, Jvm.refrain(setting.workload(), threads));
      }
      if (peers) {
        enterPeers(race, PeerSetting.ofPeers(workload, threads, machine));
      }
      return race.run();
    }
  }

  private static void enterPeers(Race race, List<PeerSetting> settings) throws IOException {
    Set<Library> notBuilt = EnumSet.noneOf(Library.class);
    for (PeerSetting setting : settings) {
      Library library = setting.library();
      String folder =
          System.getProperty(library == Library.DL4J ? DL4J_PROPERTY : PEERS_PROPERTY, "nowhere");
      try {
        race.enter(setting, Jvm.peer(setting, PeerProgram.of(library, Path.of(folder))));
      } catch (PeerProgram.NotBuiltException problem) {
        if (notBuilt.add(library)) { // once for all its settings
          race.leaveOut(setting, problem.reason());
        }
      }
    }
  }

  private boolean isComplete(RaceResult result, List<Comparison> rows) {
    return result.leftOut() == null
        && rows.stream()
            .filter(row -> !row.isAlone() && (peers || row.isWithItself()))
            .allMatch(row -> result.best(row).isPresent());
  }

  /** The rows to make, by the race that they come from. */
  private Map<Workload, List<Comparison>> comparisons() {
    Map<Workload, List<Comparison>> byWorkload = new LinkedHashMap<>();
    for (Comparison row : Comparison.of(cases.isEmpty() ? Comparison.caseNames() : cases)) {
      byWorkload.computeIfAbsent(row.workload(), _ -> new ArrayList<>()).add(row);
    }
    if (!peers) {
      byWorkload.replaceAll((_, rows) -> List.of(withoutPeers(rows)));
    }
    return byWorkload;
  }

  /** Without peers, the rows of one race would all say the same but for Refrain with itself. */
  private static Comparison withoutPeers(List<Comparison> rows) {
    return rows.stream().filter(Comparison::isWithItself).findFirst().orElse(rows.getFirst());
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

  private void progress(String line) {
    spec.commandLine().getErr().println(line);
  }
}
