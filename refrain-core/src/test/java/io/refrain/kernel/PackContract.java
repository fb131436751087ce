package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What {@link Kernels#pack} promises: every value in its place, zeros in the rest. */
abstract class PackContract {
  private static final float JUNK = -7f;

  /** Around 16 and 256: blocks are transposed in registers, and steps copied, so many at a time. */
  private static final int[] SIZES = {
    1, 2, 7, 8, 9, 15, 16, 17, 28, 31, 32, 33, 48, 63, 64, 65, 95, 96, 97, 128, 130, 200, 275, 300
  };

  private final Kernels kernels;
  private final SplittableRandom random = new SplittableRandom(3);

  PackContract(Kernels kernels) {
    this.kernels = kernels;
  }

  @Test
  void everyValueHasItsPlaceAndTheRestIsZero() {
    for (int k : SIZES) {
      for (int n : SIZES) {
        assertPacked(k, n, false);
        assertPacked(k, n, true);
      }
    }
  }

  @Test
  void noStepsMakeNoPanels() {
    Panels panels = new Panels(0);
    kernels.pack(false, 0, 5, 0, 0, new float[0], 0, 5, panels);
    kernels.pack(true, 0, 5, 0, 5, new float[0], 0, 0, panels);
    assertThat(panels.memory().byteSize()).isZero();
  }

  private void assertPacked(int k, int n, boolean transposed) {
    PanelLayout layout = kernels.layout();
    int at = random.nextInt(4);
    int leading = (transposed ? k : n) + random.nextInt(4);
    float[] b = numbered(at + (transposed ? n : k) * leading);
    float[] expected = new float[layout.length(k, n)];
    for (int column = 0; column < n; column++) {
      int first = column / layout.width() * layout.width();
      int stride = layout.stride(Math.min(layout.width(), n - first));
      for (int step = 0; step < k; step++) {
        int from = transposed ? column * leading + step : step * leading + column;
        expected[first * k + step * stride + column - first] = b[at + from];
      }
    }

    Panels panels = junk(expected.length);
    int stored = transposed ? n : k;
    int cut =
        transposed
            ? Math.min(n, layout.width() * random.nextInt(layout.panels(n) + 1))
            : random.nextInt(k + 1);
    kernels.pack(transposed, k, n, cut, stored, b, at, leading, panels);
    kernels.pack(transposed, k, n, 0, cut, b, at, leading, panels);

    float[] packed = panels.memory().toArray(ValueLayout.JAVA_FLOAT);
    assertThat(Arrays.equals(Arrays.copyOf(packed, expected.length), expected))
        .as("[%d × %d], transposed: %s, cut at %d", k, n, transposed, cut)
        .isTrue();
    assertThat(packed[expected.length]).as("behind the last panel").isEqualTo(JUNK);
  }

  private static Panels junk(int length) {
    Panels panels = new Panels(length + 1);
    float[] junk = new float[length + 1];
    Arrays.fill(junk, JUNK);
    panels.put(junk, 0, junk.length);
    return panels;
  }

  private static float[] numbered(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = i + 1;
    }
    return values;
  }
}
