package io.refrain.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NonMonotoneTriggerTest {
  /** The condition of the authors' code: t > n and v > min of logs[0 .. t - n - 1]. */
  private static boolean fires(List<Double> logs, int window, double loss) {
    return logs.size() > window && loss > Collections.min(logs.subList(0, logs.size() - window));
  }

  @Test
  void firesWhereThePapersAlgorithmDoes() {
    SplittableRandom random = new SplittableRandom(5);
    int fired = 0;
    for (int window = 1; window < 7; window++) {
      NonMonotoneTrigger trigger = NonMonotoneTrigger.over(window);
      List<Double> logs = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        double loss = 5 - i * 0.01 + random.nextInt(10) * 0.02; // often equal to another
        assertThat(trigger.firesAt(loss)).isEqualTo(fires(logs, window, loss));
        fired += trigger.firesAt(loss) ? 1 : 0;
        trigger = trigger.after(loss);
        logs.add(loss);
      }
    }
    assertThat(fired).isBetween(20, 1000);
  }

  @Test
  void aWindowThatCannotBeIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NonMonotoneTrigger.over(0))
        .withMessageStartingWith("a trigger over 0 validations");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NonMonotoneTrigger(1, List.of(1.0, 2.0), 3))
        .withMessageContaining("cannot know the last 2");
  }
}
