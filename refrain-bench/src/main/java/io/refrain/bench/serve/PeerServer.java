package io.refrain.bench.serve;

import io.refrain.bench.workload.Library;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.Workload;
import io.refrain.store.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves one setting of one peer over standard input and output.
 *
 * <p>Arguments: {@code --peer NAME --case NAME [--threads N] [--variant NAME]}. The first line
 * written is {@code {"ready":true,"peer":…,"threads":…,"variant":…}}; every line {@code run N} read
 * is answered by {@link TimedRun}'s fields; {@code quit} or the end of the input ends the program.
 * All else that is written goes to standard error. Exit status 2 means that the arguments or an
 * order made no sense.
 *
 * <p>Environment: {@code OPENBLAS_NUM_THREADS=1} always, since OpenBLAS's own threads and OpenMP's
 * fight over the cores and a step can then take seconds; {@code OMP_NUM_THREADS} and {@code
 * MKL_NUM_THREADS} as {@code --threads}. On a processor with AVX-512 that OpenBLAS is too old to
 * know, it falls back to AVX2 and loses a third of its speed: there {@code
 * OPENBLAS_CORETYPE=SKYLAKEX} is a setting to measure too. JVM: {@code
 * --enable-native-access=ALL-UNNAMED}.
 */
public final class PeerServer {

  /** Loads a library. */
  public interface Loader {
    /**
     * Loads a library.
     *
     * @param library which
     * @param threads how many of its own threads it may use
     * @return the library; null if the program has another class path
     */
    @Nullable Peer load(Library library, int threads);
  }

  private static final Set<String> OPTIONS = Set.of("--peer", "--case", "--threads", "--variant");

  private PeerServer() {}

  /**
   * Runs a peer's program, to its end.
   *
   * @param arguments see above
   * @param loader of the libraries that are on its class path
   * @throws IOException if standard input breaks
   */
  public static void run(String[] arguments, Loader loader) throws IOException {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    // Libraries that greet on standard output must not get between the answers.
    System.setOut(System.err);
    try {
      serve(options(arguments), loader, answers);
    } catch (IllegalArgumentException problem) {
      System.err.println(problem.getMessage());
      System.exit(2);
    }
  }

  private static void serve(Map<String, String> options, Loader loader, PrintStream answers)
      throws IOException {
    int threads = positive(options.getOrDefault("--threads", "1"));
    Workload workload = Workload.named(required(options, "--case"));
    Library library = Library.named(required(options, "--peer"));
    PeerVariant variant = variant(library, workload, options.get("--variant"));
    Peer peer = loader.load(library, threads);
    if (peer == null) {
      throw new IllegalArgumentException(
          "This program does not have %s on its class path.".formatted(library.label()));
    }
    try (PeerCase peerCase = peer.open(workload, variant)) {
      Map<String, Object> ready = new LinkedHashMap<>();
      ready.put("ready", true);
      ready.put("peer", peer.name());
      ready.put("case", workload.name());
      ready.put("threads", threads);
      ready.put("variant", variant.label());
      answers.println(Json.line(ready));
      answer(workload, peerCase, answers);
    }
  }

  private static PeerVariant variant(Library library, Workload workload, @Nullable String label) {
    List<PeerVariant> variants = library.variants(workload);
    if (variants.isEmpty()) {
      throw new IllegalArgumentException(
          "%s cannot do %s.".formatted(library.label(), workload.name()));
    }
    PeerVariant variant = label == null ? variants.getFirst() : PeerVariant.named(label);
    if (!variants.contains(variant)) {
      throw new IllegalArgumentException(
          "%s has no variant '%s' of %s; choose one of %s."
              .formatted(
                  library.label(),
                  variant.label(),
                  workload.name(),
                  variants.stream().map(PeerVariant::label).toList()));
    }
    return variant;
  }

  private static void answer(Workload workload, PeerCase peerCase, PrintStream answers)
      throws IOException {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String order;
    while ((order = orders.readLine()) != null && !order.equals("quit")) {
      if (!order.startsWith("run ")) {
        throw new IllegalArgumentException("Expected 'run N' or 'quit' but read '" + order + "'.");
      }
      int units = positive(order.substring("run ".length()));
      answers.println(Json.line(TimedRun.measure(workload, units, peerCase::run)));
    }
  }

  private static Map<String, String> options(String[] arguments) {
    Map<String, String> options = new HashMap<>();
    for (int index = 0; index < arguments.length; index += 2) {
      String name = arguments[index];
      if (!OPTIONS.contains(name) || index + 1 == arguments.length) {
        throw new IllegalArgumentException(
            "Expected pairs of an option of %s and its value, but found '%s'."
                .formatted(OPTIONS, name));
      }
      options.put(name, arguments[index + 1]);
    }
    return options;
  }

  private static String required(Map<String, String> options, String name) {
    String value = options.get(name);
    if (value == null) {
      throw new IllegalArgumentException("Option %s is missing.".formatted(name));
    }
    return value;
  }

  private static int positive(String text) {
    try {
      int value = Integer.parseInt(text);
      if (value > 0) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // answered below, together with numbers that are too small
    }
    throw new IllegalArgumentException("Expected a positive whole number but got '" + text + "'.");
  }
}
