package io.refrain.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RecentTokensTest {
  @Test
  void remembersTheLastAndCopiesGoTheirOwnWay() {
    RecentTokens recent = new RecentTokens();
    for (int count = 0; count < 3 * RecentTokens.MOST; count++) {
      assertThat(recent.size()).isEqualTo(Math.min(count, RecentTokens.MOST));
      recent.add(count);
      if (count % 37 == 0 || Integer.bitCount(count) <= 1) {
        RecentTokens copy = recent.copy();
        copy.add(Integer.MAX_VALUE);
        assertThat(copy.get(0)).isEqualTo(Integer.MAX_VALUE);
        for (int back = 0; back < recent.size(); back++) {
          assertThat(recent.get(back)).isEqualTo(count - back);
        }
      }
    }
    for (int back : new int[] {-1, RecentTokens.MOST}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> recent.get(back))
          .withMessage(
              "token %d from the end is asked for, but 4096 are remembered".formatted(back));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> recent.add(-1))
        .withMessage("a token must be at least 0, but is -1");
  }
}
