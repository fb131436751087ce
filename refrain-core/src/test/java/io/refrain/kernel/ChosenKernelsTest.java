package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The kernels that this process chose, where these are not the scalar ones. */
class ChosenKernelsTest {
  @BeforeAll
  static void needsSimd() {
    assumeTrue(Kernels.get().lanes() > 1, "no SIMD here: ScalarKernelsTest shows all there is");
  }

  @Test
  void areChosenOnce() {
    assertThat(Kernels.get()).isSameAs(Kernels.get());
    assertThat(Kernels.get().description()).isEqualTo(32 * Kernels.get().lanes() + "-bit vectors");
    assertThat(Kernels.get().layout().width() % Kernels.get().lanes()).isZero();
  }

  @Nested
  class Elementwise extends ElementwiseContract {
    Elementwise() {
      super(Kernels.get());
    }
  }

  @Nested
  class Reductions extends ReductionContract {
    Reductions() {
      super(Kernels.get());
    }
  }

  @Nested
  class Pack extends PackContract {
    Pack() {
      super(Kernels.get());
    }
  }

  @Nested
  class Multiply extends MultiplyContract {
    Multiply() {
      super(Kernels.get());
    }
  }
}
