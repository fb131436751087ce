package io.refrain.tensor;

import static org.assertj.core.api.Assertions.assertThat;

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
  void anEmptyArrayIsAnArray() {
    assertThat(workspace.take(0)).isEmpty();
  }
}
