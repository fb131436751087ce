package io.refrain.bench;

import io.refrain.bench.serve.TimedRun;
import io.refrain.bench.workload.Workload;
import io.refrain.kernel.Kernels;
import io.refrain.store.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Serves one case of Refrain over standard input and output, as {@code
 * io.refrain.bench.peers.PeerMain} does for the peers.
 *
 * <p>Arguments: the name of a workload and the number of threads. The first line written is {@code
 * {"ready":true,"kernels":…,"threads":…}}. Every line {@code run N} read is answered by {@link
 * TimedRun}'s fields and {@code bytes}, and every {@code peak} by {@code {"gflops":…}}, null
 * without the Vector API; {@code quit} or the end of the input ends the program.
 */
public final class RefrainMain {
  private final Workload workload;
  private final BenchCase benchCase;
  private final AllocatedBytes allocated;
  private final PeakProbe peak;

  private RefrainMain(Workload workload, BenchCase benchCase) {
    this.workload = workload;
    this.benchCase = benchCase;
    allocated = new AllocatedBytes(benchCase.team());
    peak = new PeakProbe(benchCase.team());
  }

  /**
   * Runs the program.
   *
   * @param arguments see above
   * @throws IOException if standard input breaks
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Workload workload = Workload.named(arguments[0]);
    try (BenchCase benchCase = BenchCase.open(workload, Integer.parseInt(arguments[1]))) {
      RefrainMain server = new RefrainMain(workload, benchCase);
      Map<String, Object> ready = new LinkedHashMap<>();
      ready.put("ready", true);
      ready.put("peer", "Refrain"); // where it races against itself
      ready.put("kernels", Kernels.get().description());
      ready.put("threads", benchCase.team().size());
      answers.println(Json.line(ready));
      BufferedReader orders =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      String order;
      while ((order = orders.readLine()) != null && !order.equals("quit")) {
        answers.println(Json.line(server.answer(order)));
      }
    }
  }

  private Map<String, @Nullable Object> answer(String order) {
    if (order.equals("peak")) {
      Map<String, @Nullable Object> answer = new LinkedHashMap<>();
      OptionalDouble gigaflops = peak.gigaflops();
      answer.put("gflops", gigaflops.isPresent() ? gigaflops.getAsDouble() : null);
      return answer;
    }
    int units = Integer.parseInt(order.substring("run ".length()));
    long bytes = allocated.read();
    Map<String, @Nullable Object> answer = TimedRun.measure(workload, units, benchCase::run);
    answer.put("bytes", allocated.read() - bytes);
    return answer;
  }
}
