package io.refrain.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.store.Json;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Schedules against what PyTorch's schedulers do from one step to the next. */
class ScheduleTest {
  private static final double RATE = 0.3;

  private static void assertClose(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, within(1e-12));
  }

  @Test
  void constantStays() {
    Schedule.ByUpdate schedule = new Schedule.Constant();
    assertThat(schedule.rate(RATE, 0)).isEqualTo(RATE);
    assertThat(schedule.rate(RATE, Long.MAX_VALUE)).isEqualTo(RATE);
  }

  @Test
  void stepFallsNowAndThen() {
    Schedule.ByUpdate schedule = new Schedule.Step(10, 0.1);
    double rate = RATE;
    for (int update = 0; update < 45; update++) {
      rate *= update > 0 && update % 10 == 0 ? 0.1 : 1;
      assertClose(schedule.rate(RATE, update), rate);
    }
  }

  @Test
  void exponentialFallsLittleByLittle() {
    Schedule.ByUpdate each = new Schedule.Exponential(1, 0.9);
    Schedule.ByUpdate slow = new Schedule.Exponential(4, 0.9);
    double rate = RATE;
    for (int update = 0; update < 45; update++) {
      assertClose(each.rate(RATE, update), rate);
      assertClose(slow.rate(RATE, 4L * update), rate);
      assertThat(slow.rate(RATE, 4L * update + 1)).isLessThan(rate);
      rate *= 0.9;
    }
  }

  /** CosineAnnealingLR goes from one rate to the next by a quotient, LinearLR by another. */
  @ParameterizedTest
  @CsvSource({"40, 0, 0", "40, 7, 0.01", "2, 1, 0"})
  void cosineWithWarmUpIsTwoSchedulersInARow(int updates, int warmUp, double minimum) {
    Schedule.ByUpdate schedule = new Schedule.Cosine(updates, warmUp, minimum);
    double start = 1.0 / (warmUp + 1);
    double rate = RATE * start;
    for (int t = 0; t < warmUp; t++) {
      assertClose(schedule.rate(RATE, t), rate);
      rate *= 1 + (1 - start) / (warmUp * start + t * (1 - start));
    }
    rate = RATE;
    int length = updates - warmUp;
    for (int t = 0; t < length; t++) {
      assertClose(schedule.rate(RATE, warmUp + t), rate);
      rate =
          minimum
              + (rate - minimum)
                  * (1 + Math.cos(Math.PI * (t + 1) / length))
                  / (1 + Math.cos(Math.PI * t / length));
    }
    assertClose(schedule.rate(RATE, updates), minimum);
    assertThat(schedule.rate(RATE, 10L * updates)).isEqualTo(schedule.rate(RATE, updates));
  }

  @ParameterizedTest
  @CsvSource({"100, 0.3", "10, 0.5", "2, 0.3", "7, 0", "7, 1"})
  void oneCycleIsTwoHalvesOfACosine(int updates, double rise) {
    Schedule.ByUpdate schedule = Schedule.OneCycle.of(updates, rise);
    double first = RATE / 25;
    double last = first / 1e4;
    double end = rise * updates - 1;
    for (int t = 0; t < updates; t++) {
      double expected;
      if (t <= end) {
        double share = end == 0 ? 1 : t / end;
        expected = RATE + (first - RATE) / 2 * (1 + Math.cos(Math.PI * share));
      } else {
        double share = (t - end) / (updates - 1 - end);
        expected = last + (RATE - last) / 2 * (1 + Math.cos(Math.PI * share));
      }
      assertClose(schedule.rate(RATE, t), expected);
    }
    double ending = schedule.rate(RATE, updates - 1L);
    assertClose(ending, rise == 1 ? RATE : last);
    assertThat(schedule.rate(RATE, updates + 50L))
        .isCloseTo(rise == 1 ? last : ending, within(1e-12));
  }

  @Test
  void oneCycleReachesTheRateAndEndsFarBelow() {
    Schedule.ByUpdate schedule = Schedule.OneCycle.of(100, 0.3);
    assertClose(schedule.rate(RATE, 0), RATE / 25);
    assertClose(schedule.rate(RATE, 29), RATE);
    assertClose(schedule.rate(RATE, 99), RATE / 25e4);
  }

  /** Worked out by hand: a fall at every third validation that is not a tenth below the best. */
  @Test
  void plateauLowersTheRateWhenPatienceIsAtAnEnd() {
    Plateau plateau = new Plateau(0.1, 2, 0.1, 1e-4);
    Plateau.State state = Plateau.start(RATE);
    double[] losses = {5, 4, 3.7, 3.61, 3.65, 3.5, 3.4, 3.4, 3.2, 3.1, 3.2, 3.2, 3, 3, 3, 3, 3, 3};
    double[] rates = {
      0.3, 0.3, 0.3, 0.3, 0.03, 0.03, 0.03, 0.03, 0.003, 0.003, 0.003, 0.003, 3e-4, 3e-4, 3e-4,
      1e-4, 1e-4, 1e-4
    };
    for (int i = 0; i < losses.length; i++) {
      state = plateau.after(state, losses[i]);
      assertThat(state.rate()).as("after validation %d", i).isCloseTo(rates[i], within(1e-12));
    }
    assertThat(state.best()).isEqualTo(3.1);
    for (int i = 0; i < 20; i++) {
      state = plateau.after(state, 3);
    }
    assertThat(state.rate()).isEqualTo(1e-4);
  }

  @Test
  void aFallTooSmallToMatterIsNotMade() {
    Plateau plateau = new Plateau(0.5, 0, 0, 0);
    Plateau.State state = plateau.after(Plateau.start(1.5e-8), 1);
    state = plateau.after(state, 1);
    assertThat(state.rate()).isEqualTo(1.5e-8);
  }

  static Stream<Schedule> schedules() {
    return Stream.of(
        new Schedule.Constant(),
        new Schedule.Step(3, 0.5),
        new Schedule.Exponential(7, 0.9),
        new Schedule.Cosine(100, 10, 0.001),
        new Schedule.OneCycle(100, 0.3, 20, 1000),
        new Plateau(0.5, 3, 1e-3, 1e-5));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void comesBackFromItsConfiguration(Schedule schedule) throws JsonException {
    byte[] json = Json.pretty(schedule.toJson()).getBytes(StandardCharsets.UTF_8);
    assertThat(Schedule.fromJson(JsonObject.parse("config", json))).isEqualTo(schedule);
    assertThat(Schedule.LABELS).contains(schedule.label());
  }

  @Test
  void unknownSchedulesAndConstantsAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schedule.fromJson(json("{\"name\": \"spiral\"}")))
        .withMessageStartingWith("unknown schedule \"spiral\"; known are constant, step,");
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Schedule.fromJson(json("{\"name\": \"constant\", \"every\": 3}")))
        .withMessageContaining("`every` is unknown");
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Schedule.fromJson(json("{\"name\": \"step\", \"every\": 3}")))
        .withMessageContaining("`factor` is missing");
  }

  private static JsonObject json(String text) throws JsonException {
    return JsonObject.parse("config", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void constantsOutOfRangeAreNamed() {
    List<Runnable> wrong =
        List.of(
            () -> new Schedule.Step(0, 0.1),
            () -> new Schedule.Exponential(1, 0),
            () -> new Schedule.Cosine(10, 10, 0),
            () -> new Schedule.Cosine(10, 0, -1),
            () -> new Schedule.OneCycle(1, 0.3, 25, 1e4),
            () -> new Schedule.OneCycle(10, 1.1, 25, 1e4),
            () -> new Schedule.OneCycle(10, 0.3, 0, 1e4),
            () -> new Plateau(1, 1, 0, 0),
            () -> new Plateau(0.5, -1, 0, 0),
            () -> new Plateau(0.5, 1, 1, 0));
    List<String> messages =
        List.of(
            "updates between two falls of the rate must be at least 1, but are 0",
            "factor of the rate must be above 0 and finite, but is 0.0",
            "updates of warm-up must be at least 0 and fewer than the schedule's 10, but are 10",
            "minimum of the rate must be at least 0 and finite, but is -1.0",
            "a cycle needs at least 2 updates, but has 1",
            "share of the updates in which the rate rises must be from 0 to 1, but is 1.1",
            "initial divisor of the rate must be above 0 and finite, but is 0.0",
            "factor of the rate on a plateau must be above 0 and below 1, but is 1.0",
            "patience of the plateau must be at least 0, but is -1",
            "threshold of the plateau must be at least 0 and below 1, but is 1.0");
    for (int i = 0; i < wrong.size(); i++) {
      assertThatIllegalArgumentException()
          .isThrownBy(wrong.get(i)::run)
          .withMessage(messages.get(i));
    }
  }
}
