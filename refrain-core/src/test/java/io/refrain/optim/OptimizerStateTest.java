package io.refrain.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.store.Json;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import io.refrain.tensor.Tape;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every optimizer: its state, its threads, its configuration. */
class OptimizerStateTest {
  private final ThreadTeam team = ThreadTeam.single();

  static Stream<OptimizerConfig> configs() {
    return Stream.of(
        Sgd.Options.plain(),
        new Sgd.Options(0, 0, false, 0.1),
        new Sgd.Options(0.9, 0.2, false, 0.1),
        new Sgd.Options(0.9, 0, true, 0),
        Adam.Options.adam(),
        new Adam.Options(0.8, 0.9, 1e-5, 0.1, true),
        RmsProp.Options.defaults(),
        new RmsProp.Options(0.9, 1e-4, true, 0.5, 0.1),
        Adagrad.Options.defaults(),
        new Adagrad.Options(0.1, 1e-6, 0.2, 0.1),
        AveragedSgd.Options.torch(),
        new AveragedSgd.Options(0.1, 0.5, 2, 0.1, 0),
        AveragedSgd.Options.nonMonotone(3));
  }

  /** "rare" has a gradient only now and then. */
  private static SequencedMap<String, Parameter> parameters(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    parameters.put("a", Parameter.transposed(5, 7));
    parameters.put("b", Parameter.of(67));
    parameters.put("rare", Parameter.of(9));
    parameters.values().forEach(parameter -> parameter.uniform(1, random));
    return parameters;
  }

  private void train(Optimizer optimizer, int from, int to, ThreadTeam threads) {
    for (int step = from; step < to; step++) {
      SplittableRandom random = new SplittableRandom(step);
      optimizer.clearGradients();
      for (Map.Entry<String, Parameter> entry : optimizer.parameters().entrySet()) {
        float[] gradient = new float[entry.getValue().size()];
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] = (float) random.nextGaussian();
        }
        if (!entry.getKey().equals("rare") || step % 4 == 3) {
          Tape.recording(team).giveGradient(entry.getValue().tensor(), gradient);
        }
      }
      optimizer.step(threads, 0.01 / (1 + step), 0.7f);
    }
  }

  private static void assertSame(Optimizer actual, Optimizer expected) {
    expected
        .parameters()
        .forEach((name, parameter) ->
            assertThat(actual.parameters().get(name).values())
                .as(name)
                .isEqualTo(parameter.values()));
    SequencedMap<String, float[]> state = expected.state();
    assertThat(actual.state().sequencedKeySet()).isEqualTo(state.sequencedKeySet());
    state.forEach(
        (name, values) -> assertThat(actual.state().get(name)).as(name).isEqualTo(values));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void goesOnFromASavedStateToTheSameBits(OptimizerConfig config) {
    for (int stop : new int[] {0, 1, 3, 7}) {
      Optimizer undisturbed = config.create(parameters(1));
      train(undisturbed, 0, stop, team);
      SequencedMap<String, Parameter> others = parameters(2);
      others.forEach(
          (name, parameter) -> parameter.assign(undisturbed.parameters().get(name).values()));
      Optimizer resumed = config.create(others);
      train(resumed, 90, 92, team); // whatever it knew must be forgotten
      others.forEach(
          (name, parameter) -> parameter.assign(undisturbed.parameters().get(name).values()));

      resumed.restore(undisturbed.state());
      train(undisturbed, stop, 12, team);
      train(resumed, stop, 12, team);

      assertSame(resumed, undisturbed);
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void anyNumberOfThreadsGivesTheSameBits(OptimizerConfig config) {
    Optimizer one = config.create(parameters(1));
    Optimizer three = config.create(parameters(1));
    try (ThreadTeam threads = new ThreadTeam(3)) {
      train(one, 0, 9, team);
      train(three, 0, 9, threads);
    }
    assertSame(three, one);
  }

  @ParameterizedTest
  @MethodSource("configs")
  void refusesWhatIsOfAnotherMethod(OptimizerConfig config) {
    Optimizer optimizer = config.create(parameters(1));
    train(optimizer, 0, 4, team);
    SequencedMap<String, float[]> before = optimizer.state();
    SequencedMap<String, float[]> more = optimizer.state();
    more.put("surplus.a", new float[35]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> optimizer.restore(more))
        .withMessageContaining("the saved state");
    for (String name : before.keySet()) {
      if (name.startsWith("momentum_buffer") && config instanceof Sgd.Options) {
        continue; // a parameter that has had no gradient has none
      }
      SequencedMap<String, float[]> less = optimizer.state();
      less.remove(name);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> optimizer.restore(less))
          .withMessageContainingAll("lacks " + name, "another method");
      SequencedMap<String, float[]> longer = optimizer.state();
      longer.put(name, new float[before.get(name).length + 1]);
      assertThatIllegalArgumentException().isThrownBy(() -> optimizer.restore(longer));
    }
    assertThat(optimizer.state().sequencedKeySet()).isEqualTo(before.sequencedKeySet());
    before.forEach(
        (name, values) -> assertThat(optimizer.state().get(name)).as(name).isEqualTo(values));
  }

  @Test
  void keepsPyTorchsNames() {
    Optimizer sgd = new Sgd.Options(0.9, 0, false, 0).create(parameters(1));
    train(sgd, 0, 2, team);
    assertThat(sgd.state()).containsOnlyKeys("momentum_buffer.a", "momentum_buffer.b");
    train(sgd, 2, 4, team);
    assertThat(sgd.state()).containsKey("momentum_buffer.rare");
    Optimizer rmsProp = new RmsProp.Options(0.9, 0, true, 0.5, 0).create(parameters(1));
    assertThat(rmsProp.state()).containsKeys("square_avg.a", "grad_avg.a", "momentum_buffer.b");
    assertThat(Adagrad.Options.defaults().create(parameters(1)).state())
        .containsKeys("step", "sum.a");
    Optimizer asgd = AveragedSgd.Options.torch().create(parameters(1));
    train(asgd, 0, 1, team);
    assertThat(asgd.state()).containsKeys("step", "eta", "mu", "ax.a");
  }

  @Test
  void nonMonotoneDescentIsPlainUntilItIsTold() {
    Optimizer plain = new Sgd.Options(0, 0, false, 0.1).create(parameters(1));
    Optimizer averaged = new AveragedSgd.Options(0, 0.75, 0, 0.1, 2).create(parameters(1));
    train(plain, 0, 5, team);
    train(averaged, 0, 5, team);
    assertSame(averaged, plain);
    assertThat(averaged.exchangeAverages()).isFalse();

    assertThat(averaged.startAveraging()).isTrue();
    assertThat(averaged.startAveraging()).isFalse();
    assertThat(plain.startAveraging()).isFalse();
    float[] weights = averaged.parameters().get("a").values();
    assertThat(averaged.exchangeAverages()).isTrue();
    assertThat(averaged.parameters().get("a").values()).isEqualTo(weights);
    averaged.exchangeAverages();

    train(averaged, 5, 9, team);
    weights = averaged.parameters().get("a").values();
    averaged.exchangeAverages();
    assertThat(averaged.parameters().get("a").values()).isNotEqualTo(weights);
    averaged.exchangeAverages();
    Optimizer resumed = new AveragedSgd.Options(0, 0.75, 0, 0.1, 2).create(parameters(1));
    resumed.restore(averaged.state());
    assertThat(resumed.startAveraging()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("configs")
  void comesBackFromItsConfiguration(OptimizerConfig config) throws JsonException {
    byte[] json = Json.pretty(config.toJson()).getBytes(StandardCharsets.UTF_8);
    assertThat(OptimizerConfig.fromJson(JsonObject.parse("config", json))).isEqualTo(config);
    assertThat(OptimizerConfig.LABELS).contains(config.label());
  }

  @Test
  void everyLabelIsAMethod() {
    for (String label : OptimizerConfig.LABELS) {
      assertThat(OptimizerConfig.of(label).label()).isEqualTo(label);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OptimizerConfig.of("newton"))
        .withMessage(
            "unknown optimizer \"newton\"; known are sgd, adam, adamw, rmsprop, adagrad, asgd");
  }

  @Test
  void countsWhatItKeepsForAWeight() {
    for (OptimizerConfig config : configs().toList()) {
      Optimizer optimizer = config.create(parameters(1));
      optimizer.startAveraging();
      train(optimizer, 0, 4, team);
      int weights = 35 + 67 + 9;
      int kept = optimizer.state().values().stream().mapToInt(values -> values.length).sum();
      assertThat(kept / weights).as("%s", config).isEqualTo(config.moments());
    }
  }

  @Test
  void constantsOutOfRangeAreNamed() {
    List<Runnable> wrong =
        List.of(
            () -> new Sgd.Options(-1, 0, false, 0),
            () -> new Sgd.Options(0.9, 1.1, false, 0),
            () -> new RmsProp.Options(1, 0, false, 0, 0),
            () -> new RmsProp.Options(0.9, -1, false, 0, 0),
            () -> new Adagrad.Options(Double.NaN, 0, 0, 0),
            () -> new Adagrad.Options(0, 0, Double.POSITIVE_INFINITY, 0),
            () -> new AveragedSgd.Options(-1, 0, 0, 0, 0),
            () -> new AveragedSgd.Options(0, 0, -1, 0, 0));
    List<String> messages =
        List.of(
            "momentum must be at least 0 and finite, but is -1.0",
            "dampening must be from 0 to 1, but is 1.1",
            "alpha must be at least 0 and below 1, but is 1.0",
            "epsilon must be at least 0 and finite, but is -1.0",
            "rate decay must be at least 0 and finite, but is NaN",
            "initial accumulator must be at least 0 and finite, but is Infinity",
            "lambda must be at least 0 and finite, but is -1.0",
            "averaging after -1 steps, non-monotone over 0 validations: both must be at least 0");
    for (int i = 0; i < wrong.size(); i++) {
      assertThatIllegalArgumentException()
          .isThrownBy(wrong.get(i)::run)
          .withMessage(messages.get(i));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sgd.Options(0, 0, true, 0))
        .withMessageContainingAll("Nesterov", "momentum above 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sgd.Options(0.9, 0.1, true, 0))
        .withMessageContainingAll("Nesterov", "no dampening");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sgd.Options(0, 0.1, false, 0))
        .withMessageContaining("dampening is of momentum");
  }
}
