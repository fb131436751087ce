package io.refrain.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {
  @Test
  void theEndIsHeldOut() {
    Split split = Split.byPosition(TokenSource.of(BatchSamplerTest.positions(10)), 0.25);

    assertThat(split.train().toArray()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(split.validation().toArray()).containsExactly(8, 9);
  }

  @Test
  void nothingIsHeldOutWithAShareOfZero() {
    Split split = Split.byPosition(TokenSource.of(BatchSamplerTest.positions(3)), 0);

    assertThat(split.train().toArray()).containsExactly(0, 1, 2);
    assertThat(split.validation().toArray()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, 1.5, Double.NaN, Double.POSITIVE_INFINITY})
  void otherSharesAreRefused(double share) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Split.byPosition(TokenSource.of(new int[10]), share))
        .withMessageStartingWith(
            "share of the text to validate with: expected at least 0 and below 1, got ");
  }
}
