package io.refrain.bench.peers;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Serves one setting of one peer over standard input and output.
 *
 * <p>Arguments: {@code --peer libtorch|djl --case NAME [--threads N] [--variant NAME] [--cell
 * rnn|lstm|gru]}. The first line written is {@code
 * {"ready":true,"peer":…,"threads":…,"variant":…}}; every line {@code run N} read is answered by
 * {@code {"units":N,"millis":…,"checksum":…}}; {@code quit} or the end of the input ends the
 * program. All else that is written goes to standard error. Exit status 2 means that the arguments
 * or an order made no sense.
 *
 * <p>Environment: {@code OPENBLAS_NUM_THREADS=1} always, since OpenBLAS's own threads and OpenMP's
 * fight over the cores and a step can then take seconds; {@code OMP_NUM_THREADS} and {@code
 * MKL_NUM_THREADS} as {@code --threads}. On a processor with AVX-512 that OpenBLAS is too old to
 * know, it falls back to AVX2 and libtorch loses a third of its speed: there {@code
 * OPENBLAS_CORETYPE=SKYLAKEX} is a setting to measure too. JVM: {@code
 * --enable-native-access=ALL-UNNAMED}.
 */
public final class PeerMain {

  private static final Set<String> OPTIONS =
      Set.of("--peer", "--case", "--threads", "--variant", "--cell");
  private static final double NANOS_PER_MILLI = 1e6;

  private PeerMain() {}

  /**
   * Runs the program.
   *
   * @param arguments see above
   * @throws IOException if standard input breaks
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    // Libraries that greet on standard output must not get between the answers.
    System.setOut(System.err);
    try {
      serve(options(arguments), answers);
    } catch (IllegalArgumentException problem) {
      System.err.println(problem.getMessage());
      System.exit(2);
    }
  }

  private static void serve(Map<String, String> options, PrintStream answers) throws IOException {
    int threads = positive(options.getOrDefault("--threads", "1"));
    CellKind cell = CellKind.named(options.getOrDefault("--cell", "rnn"));
    Workload workload = Workload.named(required(options, "--case")).withCell(cell);
    Peer peer = peer(required(options, "--peer"), threads);
    String label = options.getOrDefault("--variant", peer.variants(workload).getFirst().label());
    InputPath variant = InputPath.named(label);
    if (!peer.variants(workload).contains(variant)) {
      throw new IllegalArgumentException(
          "%s has no variant '%s' of %s with cell %s; choose one of %s."
              .formatted(
                  peer.name(),
                  label,
                  workload.name(),
                  cell,
                  peer.variants(workload).stream().map(InputPath::label).toList()));
    }
    try (PeerCase peerCase = peer.open(workload, variant)) {
      answers.printf(
          Locale.ROOT,
          "{\"ready\":true,\"peer\":\"%s\",\"case\":\"%s\",\"threads\":%d,\"variant\":\"%s\"}%n",
          peer.name(),
          workload.name(),
          threads,
          label);
      answer(peerCase, answers);
    }
  }

  private static void answer(PeerCase peerCase, PrintStream answers) throws IOException {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String order;
    while ((order = orders.readLine()) != null && !order.equals("quit")) {
      if (!order.startsWith("run ")) {
        throw new IllegalArgumentException("Expected 'run N' or 'quit' but read '" + order + "'.");
      }
      int units = positive(order.substring("run ".length()));
      long start = System.nanoTime();
      double checksum = peerCase.run(units);
      double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
      answers.printf(
          Locale.ROOT,
          "{\"units\":%d,\"millis\":%.4f,\"checksum\":%.6f}%n",
          units,
          millis,
          checksum);
    }
  }

  private static Peer peer(String name, int threads) {
    return switch (name) {
      case "libtorch" -> new LibtorchPeer(threads);
      case "djl" -> new DjlPeer(threads);
      default ->
          throw new IllegalArgumentException(
              "There is no peer '%s'; choose libtorch or djl.".formatted(name));
    };
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
