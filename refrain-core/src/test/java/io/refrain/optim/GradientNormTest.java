package io.refrain.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientNormTest {
  private final ThreadTeam team = ThreadTeam.single();

  private Parameter parameter(int size, SplittableRandom random) {
    Parameter parameter = Parameter.of(size);
    float[] gradient = new float[size];
    for (int i = 0; i < size; i++) {
      gradient[i] = (float) random.nextGaussian();
    }
    Tape.recording(team).giveGradient(parameter.tensor(), gradient);
    return parameter;
  }

  @Test
  void isTheLengthOfAllGradientsTogetherForAnyNumberOfThreads() {
    SplittableRandom random = new SplittableRandom(12);
    List<Parameter> parameters =
        List.of(
            parameter(1, random),
            parameter(16_384, random),
            Parameter.of(9), // without a gradient
            parameter(40_001, random),
            parameter(16_385, random));
    double squares = 0;
    for (Parameter parameter : parameters) {
      if (parameter.tensor().hasGradient()) {
        for (float value : parameter.gradient()) {
          squares += (double) value * value;
        }
      }
    }

    double norm = GradientNorm.of(team, parameters);

    assertThat(norm).isCloseTo(Math.sqrt(squares), within(1e-7 * norm));
    for (int threads = 2; threads <= 4; threads++) {
      try (ThreadTeam several = new ThreadTeam(threads)) {
        assertThat(GradientNorm.of(several, parameters)).isEqualTo(norm);
      }
    }
  }

  @Test
  void ofGroupsIsTheLengthOfEachAndOfAllOfThem() {
    SplittableRandom random = new SplittableRandom(13);
    SequencedMap<String, List<Parameter>> groups = new LinkedHashMap<>();
    groups.put("long", List.of(parameter(40_001, random), parameter(3, random)));
    groups.put("none", List.of(Parameter.of(9)));
    groups.put("short", List.of(parameter(5, random)));
    GradientNorm.OfGroups norms = GradientNorm.ofGroups(team, groups);
    groups.forEach((name, parameters) ->
        assertThat(norms.groups()).containsEntry(name, GradientNorm.of(team, parameters)));
    assertThat(norms.groups()).hasSize(3).containsEntry("none", 0.0);
    assertThat(norms.all())
        .isEqualTo(GradientNorm.of(team, groups.values().stream().flatMap(List::stream).toList()));
    assertThat(norms.dividedBy(4).all()).isEqualTo(norms.all() / 4);
    assertThat(norms.dividedBy(4).groups().get("long")).isEqualTo(norms.groups().get("long") / 4);
  }

  /** Rows of 256 values go 64 to a chunk. */
  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 300})
  void isThatOfTheDenseGradientWhereItIsSparse(int rows) {
    SplittableRandom random = new SplittableRandom(rows);
    Parameter parameter = Parameter.of(400, 256);
    int[] indices = random.ints(rows, 0, 400).toArray();
    float[] gradient = Tape.recording(team).gradientToAddRows(parameter.tensor(), indices);
    double squares = 0;
    for (int row : Arrays.stream(indices).distinct().toArray()) {
      for (int i = row * 256; i < (row + 1) * 256; i++) {
        gradient[i] = (float) random.nextGaussian();
        squares += (double) gradient[i] * gradient[i];
      }
    }

    double norm = GradientNorm.of(team, List.of(parameter));

    assertThat(norm).isCloseTo(Math.sqrt(squares), within(1e-6 * norm));
    for (int threads = 2; threads <= 4; threads++) {
      try (ThreadTeam several = new ThreadTeam(threads)) {
        assertThat(GradientNorm.of(several, List.of(parameter))).isEqualTo(norm);
      }
    }
  }

  @Test
  void showsNan() {
    Parameter parameter = parameter(100, new SplittableRandom(13));
    parameter.tensor().gradient()[57] = Float.NaN;

    assertThat(GradientNorm.of(team, List.of(parameter))).isNaN();
    assertThat(GradientNorm.of(team, List.of())).isZero();
  }

  /** The factor of {@code clip_grad_norm_}: at most 1, with 1e-6 added to the norm. */
  @Test
  void clipsAsPyTorchDoes() {
    assertThat(GradientNorm.clip(0.5, 1)).isEqualTo(1);
    assertThat(GradientNorm.clip(0, 1)).isEqualTo(1);
    assertThat(GradientNorm.clip(4, 1)).isEqualTo((float) (1 / 4.000001));
    assertThat(GradientNorm.clip(1, 1)).isEqualTo((float) (1 / 1.000001));
    assertThat(GradientNorm.clip(1e9, Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(GradientNorm.clip(Double.NaN, 1)).isNaN();
  }
}
