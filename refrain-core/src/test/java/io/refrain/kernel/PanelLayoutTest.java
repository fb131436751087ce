package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PanelLayoutTest {

  @Test
  void lastPanelIsNarrowWhereItCanBe() {
    PanelLayout layout = new PanelLayout(64, 32);

    assertThat(layout.length(3, 64)).isEqualTo(3 * 64);
    assertThat(layout.length(3, 65)).isEqualTo(3 * 96);
    assertThat(layout.length(3, 96)).isEqualTo(3 * 96);
    assertThat(layout.length(3, 97)).isEqualTo(3 * 128);
  }

  @Test
  void lastPanelCounts() {
    PanelLayout layout = new PanelLayout(64, 32);

    assertThat(layout.panels(64)).isEqualTo(1);
    assertThat(layout.panels(65)).isEqualTo(2);
    assertThat(layout.panels(128)).isEqualTo(2);
  }

  @Test
  void partsAreMadeOfWholePanels() {
    PanelLayout layout = new PanelLayout(64, 32);

    assertThat(boundaries(layout, 300, 2)).containsExactly(0, 128, 300);
    assertThat(boundaries(layout, 300, 3)).containsExactly(0, 64, 192, 300);
    assertThat(boundaries(layout, 65, 3)).containsExactly(0, 0, 64, 65);
  }

  private static int[] boundaries(PanelLayout layout, int n, int parts) {
    return IntStream.rangeClosed(0, parts).map(part -> layout.boundary(n, part, parts)).toArray();
  }
}
