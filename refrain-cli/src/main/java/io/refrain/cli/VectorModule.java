package io.refrain.cli;

/**
 * Adds the JDK's Vector API to a process that was started without it, quietly.
 *
 * <p>{@code --add-modules jdk.incubator.vector}, the documented way, writes a warning to standard
 * error on every start and keeps the JVM from using its archived boot layer. The launcher instead
 * opens the JDK's own way of adding a module later, the one its agents use. Where it is not open
 * (the program was started by hand, or by a JDK in which it is gone) nothing happens here, and the
 * kernels decide as always by what they find.
 */
final class VectorModule {
  private static final String NAME = "jdk.incubator.vector";

  private VectorModule() {}

  /** Adds the module, unless it is there or cannot be added; before any kernel is loaded. */
  static void add() {
    if (System.getProperty("refrain.simd", "on").equals("off")
        || ModuleLayer.boot().findModule(NAME).isPresent()) {
      return;
    }
    try {
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, NAME);
    } catch (ReflectiveOperationException expectedWhereNotOpen) {
      return;
    }
  }
}
