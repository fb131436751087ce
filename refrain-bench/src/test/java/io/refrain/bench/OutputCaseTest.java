package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.bench.workload.OutputPass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutputCaseTest {
  private static double norm(OutputPass pass, int threads, int units) {
    try (OutputCase output = new OutputCase(pass, threads)) {
      return output.run(units);
    }
  }

  /** What a pass leaves behind would show in the figure of the next. */
  @ParameterizedTest
  @EnumSource(OutputPass.Kind.class)
  void everyPassDoesTheSame(OutputPass.Kind kind) {
    OutputPass pass = new OutputPass(kind, 10_400, 32, 5, 7);
    double figure = norm(pass, 1, 1);

    assertThat(figure).isPositive();
    assertThat(norm(pass, 2, 1)).isEqualTo(figure);
    double later = norm(pass, 1, 3);
    if (kind == OutputPass.Kind.SAMPLED) {
      assertThat(later).isCloseTo(figure, within(0.2 * figure)); // another sample
    } else {
      assertThat(later).isEqualTo(figure);
    }
  }
}
