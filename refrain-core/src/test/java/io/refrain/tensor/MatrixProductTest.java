package io.refrain.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MatrixProductTest {
  private static final int[] SIZES = {1, 2, 7, 31, 64, 65, 130, 192, 257, 391};

  private final SplittableRandom random = new SplittableRandom(9);

  private float[] values(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private int size() {
    return SIZES[random.nextInt(SIZES.length)];
  }

  @Test
  void everyTranspositionAndThreadCountGivesTheProduct() {
    try (ThreadTeam two = new ThreadTeam(2);
        ThreadTeam three = new ThreadTeam(3)) {
      Tape[] tapes = {
        Tape.computing(ThreadTeam.single()), Tape.computing(two), Tape.computing(three)
      };
      for (int trial = 0; trial < 60; trial++) {
        int m = size();
        int k = size();
        int n = size();
        Matrix a = matrix(m, k);
        Matrix b = matrix(k, n);
        boolean add = random.nextBoolean();
        float[] before = values(m * n);
        float[] expected = null;
        for (Tape tape : tapes) {
          float[] c = before.clone();
          MatrixProduct.multiply(tape, a, b, Matrix.of(c, m, n), add);
          tape.clear();
          if (expected == null) {
            assertProduct(a, b, c, before, add);
            expected = c;
          } else {
            assertThat(c).as("%d threads", tape.team().size()).isEqualTo(expected);
          }
        }
      }
    }
  }

  /** Long enough that blocks of the left operand are copied. */
  @Test
  void aLongTransposedLeftOperandGivesTheProduct() {
    try (ThreadTeam three = new ThreadTeam(3)) {
      for (int m : new int[] {LeftOperand.LONG - 1, LeftOperand.LONG, 1333}) {
        for (int[] kAndN : new int[][] {{1, 5}, {65, 64}, {300, 130}, {9, 3 * 512}}) {
          Matrix a = Matrix.of(values(kAndN[0] * m), kAndN[0], m).transpose();
          Matrix b = matrix(kAndN[0], kAndN[1]);
          float[] before = values(m * kAndN[1]);
          float[] alone = before.clone();
          float[] shared = before.clone();
          Matrix c = Matrix.of(alone, m, kAndN[1]);
          MatrixProduct.multiply(Tape.computing(ThreadTeam.single()), a, b, c, true);
          Matrix sharedC = Matrix.of(shared, m, kAndN[1]);
          MatrixProduct.multiply(Tape.computing(three), a, b, sharedC, true);
          assertProduct(a, b, alone, before, true);
          assertThat(shared).isEqualTo(alone);
        }
      }
    }
  }

  @Test
  void aRowIsAddedToEveryRow() {
    Tape tape = Tape.computing(ThreadTeam.single());
    for (int m : new int[] {1, 5, 400}) {
      for (int n : new int[] {3, 64, 300}) {
        Matrix a = matrix(m, 17);
        Matrix b = matrix(17, n);
        float[] row = values(n);
        float[] before = new float[m * n];
        for (int i = 0; i < before.length; i++) {
          before[i] = row[i % n];
        }
        float[] c = values(m * n);
        MatrixProduct.multiplyPlusRow(tape, a, PackedMatrix.of(tape, b), row, Matrix.of(c, m, n));
        tape.clear();
        assertProduct(a, b, c, before, true);
      }
    }
  }

  private Matrix matrix(int rows, int columns) {
    int at = random.nextInt(3);
    return random.nextBoolean()
        ? Matrix.of(values(at + rows * columns), at, rows, columns)
        : Matrix.of(values(at + rows * columns), at, columns, rows).transpose();
  }

  private static double value(Matrix matrix, int row, int column) {
    int at = matrix.at() + row * matrix.rowStride() + column * matrix.columnStride();
    return matrix.data()[at];
  }

  private void assertProduct(Matrix a, Matrix b, float[] c, float[] before, boolean add) {
    for (int sample = 0; sample < 50; sample++) {
      int row = random.nextInt(a.rows());
      int column = random.nextInt(b.columns());
      int at = row * b.columns() + column;
      double expected = add ? before[at] : 0;
      for (int step = 0; step < a.columns(); step++) {
        expected += value(a, row, step) * value(b, step, column);
      }
      assertThat((double) c[at]).isCloseTo(expected, within(1e-7 * (4 + a.columns())));
    }
  }
}
