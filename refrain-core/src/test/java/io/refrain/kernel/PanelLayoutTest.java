package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PanelLayoutTest {
  private static final float JUNK = -7f;

  @Property(tries = 200)
  void everyValueHasItsPlaceAndTheRestIsZero(
      @ForAll @IntRange(min = 1, max = 6) int narrow,
      @ForAll boolean twice,
      @ForAll @IntRange(min = 0, max = 9) int k,
      @ForAll @IntRange(min = 1, max = 40) int n,
      @ForAll boolean transposed,
      @ForAll @IntRange(max = 3) int spare) {
    PanelLayout layout = new PanelLayout(twice ? 2 * narrow : narrow, narrow);
    int leading = (transposed ? k : n) + spare;
    float[] b = numbered(spare + (transposed ? n : k) * leading);
    float[] packed = junk(spare + layout.length(k, n) + 1);

    layout.pack(transposed, k, 0, n, b, spare, leading, packed, spare);

    int places = 0;
    for (int column = 0; column < n; column++) {
      int first = column / layout.width() * layout.width();
      int stride = layout.stride(Math.min(layout.width(), n - first));
      for (int step = 0; step < k; step++) {
        int from = transposed ? column * leading + step : step * leading + column;
        int at = spare + first * k + step * stride + column - first;
        assertThat(packed[at]).isEqualTo(b[spare + from]);
        packed[at] = 0;
        places++;
      }
    }
    assertThat(places).isEqualTo(k * n);
    assertThat(packed[packed.length - 1]).as("behind the last panel").isEqualTo(JUNK);
    Arrays.fill(packed, 0, spare, 0);
    packed[packed.length - 1] = 0;
    assertThat(packed).containsOnly(0f);
  }

  @Property(tries = 100)
  void panelsMayBePackedInAnyOrder(
      @ForAll @IntRange(min = 1, max = 9) int k,
      @ForAll @IntRange(min = 1, max = 40) int n,
      @ForAll @IntRange(max = 5) int panel,
      @ForAll boolean transposed) {
    PanelLayout layout = new PanelLayout(8, 4);
    float[] b = numbered(k * n);
    float[] whole = junk(layout.length(k, n));
    float[] pieces = junk(layout.length(k, n));
    int leading = transposed ? k : n;
    int cut = Math.min(n, 8 * panel);

    layout.pack(transposed, k, 0, n, b, 0, leading, whole, 0);
    layout.pack(transposed, k, cut, n, b, 0, leading, pieces, 0);
    layout.pack(transposed, k, 0, cut, b, 0, leading, pieces, 0);

    assertThat(pieces).isEqualTo(whole);
  }

  @Test
  void lastPanelIsNarrowWhereItCanBe() {
    PanelLayout layout = new PanelLayout(64, 32);

    assertThat(layout.length(3, 64)).isEqualTo(3 * 64);
    assertThat(layout.length(3, 65)).isEqualTo(3 * 96);
    assertThat(layout.length(3, 96)).isEqualTo(3 * 96);
    assertThat(layout.length(3, 97)).isEqualTo(3 * 128);
  }

  private static float[] junk(int length) {
    float[] values = new float[length];
    Arrays.fill(values, JUNK);
    return values;
  }

  private static float[] numbered(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = i + 1;
    }
    return values;
  }
}
