package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What compares with libtorch lets nothing pass, wherever it stands. */
class DifferencesTest {
  private static final float[] EXPECTED = {1, -2, 0.5f, 4, 3};

  private static void compare(float[] actual, float[] expected) {
    new Differences("test")
        .assertClose("output", "a layer", new Shaped(actual, 5), new Shaped(expected, 5), 1e-3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void anErrorFailsAnywhere(int place) {
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 100}) {
      float[] actual = EXPECTED.clone();
      actual[place] = wrong;

      assertThatThrownBy(() -> compare(actual, EXPECTED))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("a layer: largest error");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void anErrorFailsBesideNaN(int place) {
    float[] actual = EXPECTED.clone();
    actual[place] = 100;
    actual[(place + 1) % 5] = Float.NaN;

    assertThatThrownBy(() -> compare(actual, EXPECTED)).isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void nothingIsCloseToNaN(int place) {
    float[] expected = EXPECTED.clone();
    expected[place] = Float.NaN;

    assertThatThrownBy(() -> compare(EXPECTED, expected)).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> compare(expected, expected)).isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 1e-3f, -3.9e-3f})
  void roundingPasses(float error) {
    float[] actual = EXPECTED.clone();
    actual[2] += error;

    assertThatCode(() -> compare(actual, EXPECTED)).doesNotThrowAnyException();
  }
}
