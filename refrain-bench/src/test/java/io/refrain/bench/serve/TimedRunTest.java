package io.refrain.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.bench.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TimedRunTest {
  private final List<Integer> orders = new ArrayList<>();

  @Test
  void unitsThatCountOneByOneAreTimedOneByOne() {
    Map<String, Object> answer = measure("infer-lstm");

    assertThat(orders).containsExactly(1, 1, 1);
    assertThat(answer).containsEntry("units", 3).containsEntry("checksum", 7.0);
    assertThat((List<?>) answer.get("each"))
        .hasSize(3)
        .allSatisfy(millis -> assertThat((double) millis).isNotNegative());
  }

  @Test
  void othersAreDoneInOneGo() {
    assertThat(measure("rnn-notebook")).doesNotContainKey("each").containsEntry("checksum", 7.0);
    assertThat(orders).containsExactly(3);
  }

  private Map<String, Object> measure(String workload) {
    return TimedRun.measure(
        Workload.named(workload),
        3,
        units -> {
          orders.add(units);
          return 7;
        });
  }
}
