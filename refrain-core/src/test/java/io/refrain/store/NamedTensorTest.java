package io.refrain.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class NamedTensorTest {
  @Test
  void scalarHasOneElementAndAnEmptyTensorNone() {
    assertThat(new NamedTensor("loss", new int[0], new float[1]).shape()).isEmpty();
    assertThat(new NamedTensor("none", new int[] {3, 0}, new float[0]).data()).isEmpty();
  }

  @Test
  void dataAreSharedAndTheShapeIsCopied() {
    int[] shape = {2};
    float[] data = {1, 2};
    NamedTensor tensor = new NamedTensor("bias", shape, data);
    shape[0] = 7;
    tensor.shape()[0] = 8;
    assertThat(tensor.shape()).containsExactly(2);
    assertThat(tensor.data()).isSameAs(data);
  }

  @Test
  void equalByValue() {
    NamedTensor tensor = new NamedTensor("w", new int[] {1, 2}, new float[] {1, Float.NaN});
    assertThat(tensor)
        .isEqualTo(new NamedTensor("w", new int[] {1, 2}, new float[] {1, Float.NaN}))
        .hasSameHashCodeAs(new NamedTensor("w", new int[] {1, 2}, new float[] {1, Float.NaN}))
        .isNotEqualTo(new NamedTensor("v", new int[] {1, 2}, new float[] {1, Float.NaN}))
        .isNotEqualTo(new NamedTensor("w", new int[] {2, 1}, new float[] {1, Float.NaN}))
        .isNotEqualTo(new NamedTensor("w", new int[] {1, 2}, new float[] {1, 0}))
        .hasToString("\"w\" [1, 2]");
  }

  @Test
  void refusesWhatCannotBeStored() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NamedTensor("w", new int[] {2, 3}, new float[5]))
        .withMessage("tensor \"w\" of shape [2, 3] needs 6 elements, but the array has 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NamedTensor("w", new int[] {-1}, new float[1]))
        .withMessage("the sizes of a shape are zero or more, found [-1]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NamedTensor("w", new int[] {1 << 30, 1 << 30, 1 << 30}, new float[0]))
        .withMessageContaining("more elements than 64 bits can count");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NamedTensor("w", new int[65], new float[0]))
        .withMessage("a shape has at most 64 dimensions, found 65");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NamedTensor("__metadata__", new int[0], new float[1]))
        .withMessageContaining("reserves");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NamedTensor("a\ud800", new int[0], new float[1]))
        .withMessageContaining("half a surrogate pair");
  }
}
