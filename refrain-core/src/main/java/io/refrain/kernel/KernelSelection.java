package io.refrain.kernel;

import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;

/** Chooses the kernels of this process, once, and says which and why. */
final class KernelSelection {
  private static final System.Logger LOG = System.getLogger("io.refrain.kernel");
  private static final String FLAG = "--add-modules jdk.incubator.vector";

  static final Kernels CHOSEN = choose();

  private KernelSelection() {}

  private static Kernels choose() {
    if (System.getProperty("refrain.simd", "on").equals("off")) {
      LOG.log(Level.INFO, "scalar kernels: -Drefrain.simd=off asks for them");
      return new ScalarKernels();
    }
    try {
      // By name: this class must load where the module that SimdKernels needs is absent.
      Class<?> simd = Class.forName("io.refrain.kernel.simd.SimdKernels");
      Kernels kernels = (Kernels) simd.getDeclaredConstructor().newInstance();
      if (kernels.lanes() < 4) {
        LOG.log(Level.WARNING, "scalar kernels: this machine has no vectors of four floats");
        return new ScalarKernels();
      }
      LOG.log(Level.DEBUG, "SIMD kernels: " + kernels.description());
      return kernels;
    } catch (InvocationTargetException e) {
      LOG.log(Level.WARNING, "scalar kernels: the SIMD kernels failed to start", e.getCause());
      return new ScalarKernels();
    } catch (NoClassDefFoundError e) {
      LOG.log(
          Level.WARNING,
          "scalar kernels, many times slower: start java with " + FLAG + " to use SIMD");
      return new ScalarKernels();
    } catch (ReflectiveOperationException | LinkageError e) {
      LOG.log(Level.WARNING, "scalar kernels: the SIMD kernels failed to load", e);
      return new ScalarKernels();
    }
  }
}
