package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The specification against textbooks; where it is compared with itself, that shows nothing. */
class ScalarKernelsTest {
  @Test
  void says() {
    assertThat(new ScalarKernels().description()).isEqualTo("scalar");
    assertThat(new ScalarKernels().lanes()).isEqualTo(1);
  }

  @Nested
  class Elementwise extends ElementwiseContract {
    Elementwise() {
      super(new ScalarKernels());
    }
  }

  @Nested
  class Reductions extends ReductionContract {
    Reductions() {
      super(new ScalarKernels());
    }
  }

  @Nested
  class Pack extends PackContract {
    Pack() {
      super(new ScalarKernels());
    }
  }

  @Nested
  class Multiply extends MultiplyContract {
    Multiply() {
      super(new ScalarKernels());
    }
  }
}
