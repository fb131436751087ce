package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PanelsTest {

  @Test
  void beginAtACacheLine() {
    for (int length = 0; length < 100; length++) {
      assertThat(new Panels(length).memory().address() % 64).isZero();
    }
  }
}
