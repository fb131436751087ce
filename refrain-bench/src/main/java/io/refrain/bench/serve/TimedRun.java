package io.refrain.bench.serve;

import io.refrain.bench.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Does units of work and takes their time: the answer to {@code run N}, for all who work. */
public final class TimedRun {
  private static final double NANOS_PER_MILLI = 1e6;

  private TimedRun() {}

  /**
   * Does some units.
   *
   * @param workload says whether each is timed by itself
   * @param units how many, at least 1
   * @param work does so many and returns the figure that proves it
   * @return {@code units}, {@code millis} of all of them, {@code checksum}, and {@code each} with
   *     the milliseconds of every unit where these count
   */
  public static Map<String, @Nullable Object> measure(
      Workload workload, int units, IntToDoubleFunction work) {
    List<Double> each = new ArrayList<>();
    double checksum = Double.NaN;
    long start = System.nanoTime();
    if (workload.timesEachUnit()) {
      for (int unit = 0; unit < units; unit++) {
        long before = System.nanoTime();
        checksum = work.applyAsDouble(1);
        each.add((System.nanoTime() - before) / NANOS_PER_MILLI);
      }
    } else {
      checksum = work.applyAsDouble(units);
    }
    long nanos = System.nanoTime() - start;
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("units", units);
    answer.put("millis", nanos / NANOS_PER_MILLI);
    answer.put("checksum", checksum);
    if (!each.isEmpty()) {
      answer.put("each", each);
    }
    return answer;
  }
}
