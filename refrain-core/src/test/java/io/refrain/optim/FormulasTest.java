package io.refrain.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Methods with memory against PyTorch's formulas, stated again in double precision. */
class FormulasTest {
  private static final float SCALE = 0.5f;
  private static final int STEPS = 30;
  private static final int SIZE = 67;

  private final ThreadTeam team = ThreadTeam.single();
  private final SplittableRandom random = new SplittableRandom(10);
  private final Parameter parameter = Parameter.of(SIZE);
  private final SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();

  /** One step of a formula on one weight; everything it remembers is in its own arrays. */
  private interface Formula {
    double step(int t, int i, double p, double g);
  }

  /** Steps with random gradients, and compares all weights after each. */
  private Optimizer assertIs(OptimizerConfig config, double[] rates, Formula formula) {
    parameter.uniform(1, random);
    parameters.put("b", parameter);
    Optimizer optimizer = config.create(parameters);
    double[] p = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      p[i] = parameter.data()[i];
    }
    for (int t = 1; t <= STEPS; t++) {
      float[] gradient = new float[SIZE];
      for (int i = 0; i < SIZE; i++) {
        gradient[i] = (float) (random.nextGaussian() * (i % 3 == 0 ? 1e-2 : 1));
      }
      parameter.tensor().clearGradient();
      Tape.recording(team).giveGradient(parameter.tensor(), gradient);

      optimizer.step(team, rates[t % rates.length], SCALE);

      for (int i = 0; i < SIZE; i++) {
        p[i] = formula.step(t, i, p[i], (double) SCALE * gradient[i]);
        assertThat((double) parameter.data()[i])
            .as("weight %d after step %d", i, t)
            .isCloseTo(p[i], within(5e-6));
      }
    }
    return optimizer;
  }

  @ParameterizedTest
  @CsvSource({"0.9, 0, false, 0", "0.9, 0.3, false, 0.1", "0.8, 0, true, 0.1", "0.5, 1, false, 0"})
  void momentum(double momentum, double dampening, boolean nesterov, double decay) {
    double[] buffer = new double[SIZE];
    double[] rates = {0.01, 0.02};
    assertIs(
        new Sgd.Options(momentum, dampening, nesterov, decay),
        rates,
        (t, i, p, gradient) -> {
          double g = gradient + decay * p;
          buffer[i] = t == 1 ? g : momentum * buffer[i] + (1 - dampening) * g;
          return p - rates[t % 2] * (nesterov ? g + momentum * buffer[i] : buffer[i]);
        });
  }

  @ParameterizedTest
  @CsvSource({"false, 0, 0", "true, 0, 0.1", "false, 0.9, 0", "true, 0.9, 0.1"})
  void rmsProp(boolean centered, double momentum, double decay) {
    double alpha = 0.9;
    double epsilon = 1e-3;
    double[] squares = new double[SIZE];
    double[] means = new double[SIZE];
    double[] buffer = new double[SIZE];
    double[] rates = {0.003, 0.001};
    assertIs(
        new RmsProp.Options(alpha, epsilon, centered, momentum, decay),
        rates,
        (t, i, p, gradient) -> {
          double g = gradient + decay * p;
          squares[i] = alpha * squares[i] + (1 - alpha) * g * g;
          means[i] = alpha * means[i] + (1 - alpha) * g;
          double variance = squares[i] - (centered ? means[i] * means[i] : 0);
          double direction = g / (Math.sqrt(variance) + epsilon);
          buffer[i] = momentum * buffer[i] + direction;
          return p - rates[t % 2] * (momentum > 0 ? buffer[i] : direction);
        });
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "0.1, 0.5, 0.1"})
  void adagrad(double rateDecay, double initial, double decay) {
    double[] sums = new double[SIZE];
    java.util.Arrays.fill(sums, initial);
    double[] rates = {0.03, 0.01};
    assertIs(
        new Adagrad.Options(rateDecay, 1e-6, initial, decay),
        rates,
        (t, i, p, gradient) -> {
          double g = gradient + decay * p;
          sums[i] += g * g;
          double rate = rates[t % 2] / (1 + (t - 1) * rateDecay);
          return p - rate * g / (Math.sqrt(sums[i]) + 1e-6);
        });
  }

  /** Rate and share of a step were fixed after the step before, with the learning rate it had. */
  @ParameterizedTest
  @CsvSource({"0, 0.75, 0, 0", "0.1, 0.75, 5, 0.1", "0.01, 1, 1000000, 0"})
  void averagedSgd(double lambda, double alpha, long averageAfter, double decay) {
    double[] average = new double[SIZE];
    double[] rates = {0.02, 0.01};
    Optimizer optimizer =
        assertIs(
            new AveragedSgd.Options(lambda, alpha, averageAfter, decay, 0),
            rates,
            (t, i, p, gradient) -> {
              double before = rates[(t - 1) % 2];
              double eta =
                  t == 1 ? rates[1] : before / Math.pow(1 + lambda * before * (t - 1), alpha);
              double mu = t == 1 ? 1 : 1.0 / Math.max(1, t - 1 - averageAfter);
              double next = p * (1 - lambda * eta) - eta * (gradient + decay * p);
              average[i] += (next - average[i]) * mu;
              return next;
            });
    float[] weights = parameter.values();

    assertThat(optimizer.exchangeAverages()).isTrue();

    for (int i = 0; i < SIZE; i++) {
      assertThat((double) parameter.data()[i]).isCloseTo(average[i], within(5e-6));
    }
    if (averageAfter > STEPS) {
      assertThat(parameter.data()).isEqualTo(weights);
    } else {
      assertThat(parameter.data()).isNotEqualTo(weights);
    }
    optimizer.exchangeAverages();
    assertThat(parameter.data()).isEqualTo(weights);
  }
}
