package io.refrain.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Optimizers against PyTorch's formulas, stated again in double precision. */
class OptimizerTest {
  private static final double RATE = 0.01;
  private static final float SCALE = 0.5f;

  private final ThreadTeam team = ThreadTeam.single();
  private final SplittableRandom random = new SplittableRandom(10);
  private final SequencedMap<String, Parameter> parameters = parameters();

  private SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> result = new LinkedHashMap<>();
    result.put("a", Parameter.transposed(5, 7));
    result.put("b", Parameter.of(67));
    result.values().forEach(parameter -> parameter.uniform(1, random));
    return result;
  }

  private void giveGradients(SequencedMap<String, Parameter> to, SplittableRandom from) {
    for (Parameter parameter : to.values()) {
      float[] gradient = new float[parameter.size()];
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (float) (from.nextGaussian() * (i % 3 == 0 ? 1e-3 : 1));
      }
      Tape tape = Tape.recording(team);
      parameter.tensor().clearGradient();
      tape.giveGradient(parameter.tensor(), gradient);
    }
  }

  private static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({"0", "0.1"})
  void sgdIsItsFormula(double decay) {
    Sgd sgd = new Sgd(parameters, new Sgd.Options(0, 0, false, decay));
    double[] weights = doubles(parameters.get("b").data());
    for (int step = 0; step < 20; step++) {
      giveGradients(parameters, random);
      float[] gradient = parameters.get("b").tensor().gradient();

      sgd.step(team, RATE, SCALE);

      for (int i = 0; i < weights.length; i++) {
        weights[i] -= RATE * (SCALE * gradient[i] + decay * weights[i]);
        assertThat((double) parameters.get("b").data()[i]).isCloseTo(weights[i], within(2e-6));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, false", "0.1, false", "0.1, true", "0, true"})
  void adamIsItsFormula(double decay, boolean decoupled) {
    double beta1 = 0.9;
    double beta2 = 0.999;
    Adam adam = new Adam(parameters, new Adam.Options(beta1, beta2, 1e-8, decay, decoupled));
    double[] p = doubles(parameters.get("b").data());
    double[] m = new double[p.length];
    double[] v = new double[p.length];
    for (int t = 1; t <= 30; t++) {
      giveGradients(parameters, random);
      float[] gradient = parameters.get("b").tensor().gradient();

      adam.step(team, RATE, SCALE);

      for (int i = 0; i < p.length; i++) {
        double g = SCALE * gradient[i];
        if (decoupled) {
          p[i] *= 1 - RATE * decay;
        } else {
          g += decay * p[i];
        }
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        double mean = m[i] / (1 - Math.pow(beta1, t));
        double square = v[i] / (1 - Math.pow(beta2, t));
        p[i] -= RATE * mean / (Math.sqrt(square) + 1e-8);
        assertThat((double) parameters.get("b").data()[i]).isCloseTo(p[i], within(1e-6));
      }
      double[] squares = doubles(adam.state().get("exp_avg_sq.b"));
      for (int i = 0; i < v.length; i++) {
        assertThat(squares[i]).as("step %d", t).isCloseTo(v[i], within(1e-5 * v[i]));
      }
    }
  }

  /** Decay and moments change all rows, also those that the gradient is known to be zero in. */
  @ParameterizedTest
  @CsvSource({"sgd, 0", "sgd, 0.1", "adam, 0", "adam, 0.1"})
  void aSparseGradientGivesTheWeightsOfADenseOne(String method, double decay) {
    SequencedMap<String, Parameter> sparse = table();
    SequencedMap<String, Parameter> dense = table();
    Optimizer onSparse = optimizer(method, sparse, decay);
    Optimizer onDense = optimizer(method, dense, decay);
    try (ThreadTeam three = new ThreadTeam(3)) {
      for (int[] rows : new int[][] {{3, 0, 3}, {8}, {8, 1}}) {
        onSparse.clearGradients();
        onDense.clearGradients();
        Tensor table = sparse.get("table").tensor();
        float[] some = Tape.recording(team).gradientToAddRows(table, rows);
        float[] all = Tape.recording(team).gradientToAdd(dense.get("table").tensor());
        for (int row : rows) {
          some[row * 5 + 2] += 0.5f + row;
          all[row * 5 + 2] += 0.5f + row;
        }
        onSparse.step(three, RATE, SCALE);
        onDense.step(team, RATE, SCALE);

        assertThat(sparse.get("table").values()).isEqualTo(dense.get("table").values());
      }
    }
  }

  private static SequencedMap<String, Parameter> table() {
    SequencedMap<String, Parameter> result = new LinkedHashMap<>();
    Parameter table = Parameter.of(9, 5);
    table.uniform(1, new SplittableRandom(3));
    result.put("table", table);
    return result;
  }

  private static Optimizer optimizer(
      String method, SequencedMap<String, Parameter> parameters, double decay) {
    return method.equals("sgd")
        ? new Sgd(parameters, new Sgd.Options(0, 0, false, decay))
        : new Adam(parameters, new Adam.Options(0.9, 0.99, 1e-8, decay, decay > 0));
  }

  @Test
  void theFirstStepOfAdamHasTheLengthOfTheRate() {
    Adam adam = new Adam(parameters, Adam.Options.adam());
    giveGradients(parameters, random);
    float[] before = parameters.get("b").values();

    adam.step(team, RATE, 1);

    for (int i = 0; i < before.length; i++) {
      double moved = Math.abs(parameters.get("b").data()[i] - before[i]);
      double size = Math.abs(parameters.get("b").tensor().gradient()[i]);
      assertThat(moved).isCloseTo(RATE * size / (size + 1e-8), within(2e-7));
    }
  }

  @Test
  void adamGoesOnFromASavedStateToTheSameBits() {
    Adam adam = new Adam(parameters, Adam.Options.adamW());
    for (int step = 0; step < 7; step++) {
      giveGradients(parameters, random);
      adam.step(team, RATE, 1);
    }
    SequencedMap<String, Parameter> others = parameters();
    others.forEach((name, parameter) -> parameter.assign(parameters.get(name).values()));
    Adam resumed = new Adam(others, Adam.Options.adamW());

    resumed.restore(adam.state());
    SplittableRandom gradients = new SplittableRandom(1);
    SplittableRandom sameGradients = new SplittableRandom(1);
    for (int step = 0; step < 5; step++) {
      giveGradients(parameters, gradients);
      giveGradients(others, sameGradients);
      adam.step(team, RATE, 1);
      resumed.step(team, RATE, 1);
    }

    others.forEach((name, parameter) ->
        assertThat(parameter.values()).as(name).isEqualTo(parameters.get(name).values()));
    assertThat(resumed.state().get("exp_avg.a")).isEqualTo(adam.state().get("exp_avg.a"));
  }

  @Test
  void theCountOfStepsSurvivesBeyondSingleprecision() {
    Adam adam = new Adam(parameters, Adam.Options.adam());
    SequencedMap<String, float[]> state = adam.state();
    state.put("step", new float[] {3, 16_777_215});
    adam.restore(state);
    giveGradients(parameters, random);

    adam.step(team, RATE, 1);

    assertThat(adam.state().get("step")).containsExactly(4, 0);
  }

  @Test
  void aParameterWithoutGradientStays() {
    float[] before = parameters.get("a").values();

    new Adam(parameters, Adam.Options.adamW()).step(team, RATE, 1);
    new Sgd(parameters, new Sgd.Options(0, 0, false, 0.1)).step(team, RATE, 1);

    assertThat(parameters.get("a").values()).isEqualTo(before);
  }

  @Test
  void statesOfOthersAreRefused() {
    Adam adam = new Adam(parameters, Adam.Options.adam());
    SequencedMap<String, float[]> lacking = adam.state();
    lacking.remove("exp_avg_sq.b");
    SequencedMap<String, float[]> shorter = adam.state();
    shorter.put("exp_avg.b", new float[66]);
    SequencedMap<String, float[]> uncounted = adam.state();
    uncounted.put("step", new float[1]);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> adam.restore(lacking))
        .withMessageContaining("exp_avg_sq.b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> adam.restore(shorter))
        .withMessageContainingAll("[67]", "67", "66");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> adam.restore(uncounted))
        .withMessageContaining("steps");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sgd(parameters).restore(adam.state()))
        .withMessageContaining("SGD");
    assertThat(new Sgd(parameters).state()).isEmpty();
  }

  @Test
  void constantsOutOfRangeAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Adam.Options(1, 0.999, 1e-8, 0, false))
        .withMessageContainingAll("betas", "1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Adam.Options(0.9, Double.NaN, 1e-8, 0, false))
        .withMessageContaining("NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Adam.Options(0.9, 0.999, -1, 0, false))
        .withMessageContainingAll("epsilon", "-1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sgd.Options(0, 0, false, -0.5))
        .withMessageContainingAll("weight decay", "-0.5");
  }
}
