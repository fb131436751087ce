package io.refrain.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkspaceTest {
  private final Workspace<float[]> workspace = new Workspace<>(float[]::new);

  @Test
  void noArrayIsHandedOutTwiceBeforeReset() {
    Set<float[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int step = 0; step < 3; step++) {
      arrays.clear();
      for (int i = 0; i < 20; i++) {
        assertThat(arrays.add(workspace.take(1 + i % 4))).isTrue();
      }
      workspace.reset();
    }
  }

  @Test
  void whatAWholeStepDidNotUseIsDroppedWhenItIsMost() {
    float[] large = workspace.take(1_000);
    float[] small = workspace.take(10);
    workspace.reset();
    assertThat(workspace.take(10)).isSameAs(small);
    workspace.reset();

    assertThat(workspace.take(1_000)).isNotSameAs(large);
    assertThat(workspace.take(10)).isSameAs(small);
  }

  @Test
  void whatIsGivenBackServesTheNext() {
    float[] first = workspace.take(7);
    float[] second = workspace.take(7);
    workspace.giveBack(first, 7);

    assertThat(workspace.take(7)).isSameAs(first);
    assertThat(workspace.take(7)).isNotSameAs(first).isNotSameAs(second);
  }

  @Test
  void whatWasGivenBackCountsAsUsed() {
    float[] large = workspace.take(1_000);
    workspace.giveBack(large, 1_000);
    workspace.take(10);
    workspace.reset();
    workspace.take(10);

    assertThat(workspace.take(1_000)).isSameAs(large);
  }

  @Test
  void nothingIsGivenBackTwice() {
    float[] array = workspace.take(7);
    workspace.giveBack(array, 7);

    assertThatIllegalArgumentException().isThrownBy(() -> workspace.giveBack(array, 7));
    assertThatIllegalArgumentException().isThrownBy(() -> workspace.giveBack(new float[3], 3));
  }

  @Test
  void anEmptyArrayIsAnArray() {
    assertThat(workspace.take(0)).isEmpty();
  }
}
