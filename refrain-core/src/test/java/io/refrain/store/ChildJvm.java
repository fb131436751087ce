package io.refrain.store;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a main class of the tests in a JVM of its own, for what only another process can show. */
public final class ChildJvm {
  private ChildJvm() {}

  /** Starts the JVM; its standard error is this one's. */
  public static Process start(Class<?> main, String... arguments) throws IOException {
    return builder(command(main, arguments)).start();
  }

  /** Starts the JVM under a shell's limit, such as {@code ulimit -f 1}. */
  public static Process startLimited(String limit, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", limit + " && exec \"$@\"", "sh"));
    command.addAll(command(main, arguments));
    return builder(command).start();
  }

  private static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return builder;
  }

  private static List<String> command(Class<?> main, String... arguments) {
    String java =
        ProcessHandle.current()
            .info()
            .command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    List<String> command = new ArrayList<>(List.of(java, "-Xmx64m", "-XX:-UsePerfData"));
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(absolute(System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  private static String absolute(String classPath) {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }
}
