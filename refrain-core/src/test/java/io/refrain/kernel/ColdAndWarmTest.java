package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The interpreter and both compilers give the same bits, or a run's weights would depend on when
 * the virtual machine compiled what. Lane reductions of the Vector API, whose order is open, broke
 * this once.
 */
class ColdAndWarmTest {
  private static final int WARM = 20_000;
  private static final int INPUTS = 8;

  @Test
  void aKernelGivesTheSameBitsBeforeAndAfterItIsCompiled() throws Exception {
    assumeTrue(Kernels.get().lanes() > 1, "no SIMD here: plain loops have one order");
    Process child = child();
    String differences =
        new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(child.waitFor()).isZero();
    assertThat(differences).isEqualTo("different: []");
  }

  /** A process of its own, for here other tests have long warmed the kernels. */
  private static Process child() throws IOException {
    List<String> classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .toList();
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            String.join(File.pathSeparator, classPath),
            Child.class.getName())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Calls every kernel cold, then warm, and prints the names of those that changed. */
  static final class Child {
    private static final Kernels KERNELS = Kernels.get();

    private Child() {}

    public static void main(String[] arguments) {
      Map<String, Kernel> kernels = new LinkedHashMap<>();
      for (ElementwiseKernel kernel : ElementwiseKernel.values()) {
        kernels.put(kernel.name(), x -> elementwise(kernel, x));
      }
      kernels.put("squaredNorm", x -> KERNELS.squaredNorm(x, 1, 350));
      kernels.put("softmax", x -> KERNELS.softmax(x, 1, x, 1, 350));
      kernels.put("cross-entropy", x -> KERNELS.softmaxCrossEntropy(x, 1, x, 1, 350, 7, 0.5f));
      kernels.put("multiply", Child::multiply);
      // All of them before any is warm, for some share their loops.
      Map<String, List<Long>> cold = new LinkedHashMap<>();
      kernels.forEach((name, kernel) -> cold.put(name, bits(kernel)));
      List<String> different = new ArrayList<>();
      kernels.forEach((name, kernel) -> {
        if (changes(kernel, cold.get(name))) {
          different.add(name);
        }
      });
      System.out.println("different: " + different);
    }

    private interface Kernel {
      double call(float[] x);
    }

    private static boolean changes(Kernel kernel, List<Long> cold) {
      for (int call = 0; call < WARM; call += INPUTS) {
        if (!bits(kernel).equals(cold)) {
          return true;
        }
      }
      return false;
    }

    /** Of several inputs, for one may round to the same sum in any order. */
    private static List<Long> bits(Kernel kernel) {
      List<Long> all = new ArrayList<>();
      for (int seed = 0; seed < INPUTS; seed++) {
        float[] x = new float[400];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < x.length; i++) {
          x[i] = (float) random.nextDouble(-2, 2);
        }
        long bits = Double.doubleToRawLongBits(kernel.call(x));
        for (float value : x) {
          bits = 31 * bits + Float.floatToRawIntBits(value);
        }
        all.add(bits);
      }
      return all;
    }

    private static double elementwise(ElementwiseKernel kernel, float[] x) {
      float[][] arrays = new float[5][];
      for (int i = 0; i < arrays.length; i++) {
        arrays[i] = java.util.Arrays.copyOfRange(x, i * 80, i * 80 + 80);
      }
      for (int i = 0; i < 80; i++) {
        arrays[3][i] = Math.abs(arrays[3][i]);
      }
      kernel.run(KERNELS, arrays, 1, 63);
      for (int i = 0; i < arrays.length; i++) {
        System.arraycopy(arrays[i], 0, x, i * 80, 80);
      }
      return 0;
    }

    private static double multiply(float[] x) {
      Panels packed = new Panels(KERNELS.layout().length(5, 37));
      KERNELS.pack(false, 5, 37, 0, 5, x, 2, 37, packed);
      KERNELS.multiply(4, 5, 0, 37, x, 200, 5, 1, packed, x, 230, 37);
      return 0;
    }
  }
}
