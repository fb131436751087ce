package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Kernels#multiply} promises, against a naive product in double precision. */
abstract class MultiplyContract {
  private static final int[] ROWS = {0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 16, 32, 33};

  /** Products longer than 256 are cut in blocks. */
  private static final int[] DEPTHS = {0, 1, 2, 28, 65, 255, 256, 257, 511, 513, 600};

  private static final int[] COLUMNS = {1, 7, 16, 28, 31, 32, 33, 63, 64, 65, 96, 127, 129, 257};

  private final Kernels kernels;
  private final SplittableRandom random = new SplittableRandom(5);

  MultiplyContract(Kernels kernels) {
    this.kernels = kernels;
  }

  private float[] values(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** One product and the memory around it. */
  private final class Problem {
    final int m;
    final int k;
    final int n;
    final boolean transposedA;
    final boolean transposedB;
    final int aAt = random.nextInt(4);
    final int bAt = random.nextInt(4);
    final int cAt = random.nextInt(4);
    final int aRow;
    final int aStep;
    final int bLeading;
    final int cRow;
    final float[] a;
    final float[] b;
    final Panels packed;
    final float[] before;

    Problem(int m, int k, int n, boolean transposedA, boolean transposedB) {
      this.m = m;
      this.k = k;
      this.n = n;
      this.transposedA = transposedA;
      this.transposedB = transposedB;
      aRow = transposedA ? 1 : k + random.nextInt(3);
      aStep = transposedA ? m + random.nextInt(3) : 1;
      bLeading = (transposedB ? k : n) + random.nextInt(3);
      cRow = n + random.nextInt(3);
      a = values(aAt + m * Math.max(aRow, k) + k * Math.max(aStep, m) + 1);
      b = values(bAt + (transposedB ? n : k) * bLeading);
      packed = new Panels(kernels.layout().length(k, n));
      before = values(cAt + m * cRow + 3);
      kernels.pack(transposedB, k, n, 0, transposedB ? n : k, b, bAt, bLeading, packed);
      spoilPadding();
    }

    /** What stands beside the last columns must reach no sum: not a number does if anything. */
    private void spoilPadding() {
      int tail = n % kernels.layout().width();
      int stride = tail == 0 ? 0 : kernels.layout().stride(tail);
      float[] nan = new float[stride];
      Arrays.fill(nan, Float.NaN);
      for (int step = 0; step < k && tail > 0; step++) {
        long at = (long) Float.BYTES * ((n - tail) * k + step * stride + tail);
        MemorySegment.copy(nan, 0, packed.memory(), ValueLayout.JAVA_FLOAT, at, stride - tail);
      }
    }

    void multiply(float[] c, int firstRow, int rows, int from, int to) {
      int first = aAt + firstRow * aRow;
      int target = cAt + firstRow * cRow;
      kernels.multiply(rows, k, from, to, a, first, aRow, aStep, packed, c, target, cRow);
    }

    float[] product() {
      float[] c = before.clone();
      multiply(c, 0, m, 0, n);
      return c;
    }

    double exact(int row, int column) {
      double sum = before[cAt + row * cRow + column];
      for (int step = 0; step < k; step++) {
        int at = transposedB ? column * bLeading + step : step * bLeading + column;
        sum += (double) a[aAt + row * aRow + step * aStep] * b[bAt + at];
      }
      return sum;
    }

    @Override
    public String toString() {
      return "[%d × %d] · [%d × %d], transposed %s and %s"
          .formatted(m, k, k, n, transposedA, transposedB);
    }
  }

  private Problem problem() {
    int m = ROWS[random.nextInt(ROWS.length)];
    int k = DEPTHS[random.nextInt(DEPTHS.length)];
    int n = COLUMNS[random.nextInt(COLUMNS.length)];
    return new Problem(m, k, n, random.nextBoolean(), random.nextBoolean());
  }

  @Test
  void agreesWithTheNaiveProduct() {
    for (int trial = 0; trial < 250; trial++) {
      assertExact(problem());
    }
  }

  @Test
  void everyTileHasItsTurn() {
    for (int m : ROWS) {
      for (int n : COLUMNS) {
        assertExact(new Problem(m, 19, n, false, false));
        assertExact(new Problem(m, 3, n, true, true));
      }
    }
  }

  private static void assertExact(Problem problem) {
    float[] c = problem.product();
    float[] untouched = c.clone();
    for (int row = 0; row < problem.m; row++) {
      for (int column = 0; column < problem.n; column++) {
        int at = problem.cAt + row * problem.cRow + column;
        // Each of k additions rounds a sum of the size of √k.
        double tolerance = 1e-7 * (4 + problem.k);
        if (Math.abs(c[at] - problem.exact(row, column)) > tolerance) {
          assertThat((double) c[at])
              .as("%s, row %d, column %d", problem, row, column)
              .isEqualTo(problem.exact(row, column));
        }
        untouched[at] = problem.before[at];
      }
    }
    assertThat(Arrays.equals(untouched, problem.before)).as("%s: around C", problem).isTrue();
  }

  @Test
  void rowsMayBeCutAnywhere() {
    for (int trial = 0; trial < 150; trial++) {
      Problem problem = problem();
      int cut = random.nextInt(problem.m + 1);
      float[] pieces = problem.before.clone();

      problem.multiply(pieces, 0, cut, 0, problem.n);
      problem.multiply(pieces, cut, problem.m - cut, 0, problem.n);

      assertThat(Arrays.equals(pieces, problem.product()))
          .as("%s cut at row %d", problem, cut)
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 257, 300, 577}) // a row by itself takes tiles of its own from 256 on
  void everyRowByItselfIsARowOfTheWhole(int n) {
    for (int k : new int[] {320, 321, 600}) {
      Problem problem = new Problem(33, k, n, false, true);
      float[] rows = problem.before.clone();

      for (int row = 0; row < problem.m; row++) {
        problem.multiply(rows, row, 1, 0, n);
      }

      assertThat(Arrays.equals(rows, problem.product())).as("%s", problem).isTrue();
    }
  }

  @Test
  void columnsMayBeCutBetweenPanels() {
    int width = kernels.layout().width();
    for (int trial = 0; trial < 150; trial++) {
      Problem problem = problem();
      int cut = Math.min(problem.n, width * random.nextInt(problem.n / width + 2));
      float[] pieces = problem.before.clone();

      problem.multiply(pieces, 0, problem.m, cut, problem.n);
      problem.multiply(pieces, 0, problem.m, 0, cut);

      assertThat(Arrays.equals(pieces, problem.product()))
          .as("%s cut at column %d", problem, cut)
          .isTrue();
    }
  }

  @Test
  void nanStaysInItsRow() {
    Problem problem = new Problem(7, 30, 65, false, true);
    problem.a[problem.aAt + 3 * problem.aRow + 29] = Float.NaN;

    float[] c = problem.product();

    for (int row = 0; row < 7; row++) {
      for (int column = 0; column < 65; column++) {
        float value = c[problem.cAt + row * problem.cRow + column];
        assertThat(Float.isNaN(value)).isEqualTo(row == 3);
      }
    }
  }
}
