package io.refrain.bench;

import io.refrain.bench.workload.Workload;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the processes that are timed are started, with this process's own JVM.
 *
 * @param label what the process is called in messages
 * @param process the command and its environment
 */
record Jvm(String label, ProcessBuilder process) implements Worker.Command {

  /**
   * One more flag for Refrain's processes: the Vector API, which this process does without because
   * it would begin with a warning.
   */
  private static final String WORKER_PROPERTY = "refrain.bench.worker";

  /** Refrain on a workload, under the flags of this process and for it: the launcher chose them. */
  static Jvm refrain(Workload workload, int threads) {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    String flag = System.getProperty(WORKER_PROPERTY);
    if (flag != null) {
      command.add(flag);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(RefrainMain.class.getName(), workload.name(), Integer.toString(threads)));
    return new Jvm("Refrain on " + workload.name(), new ProcessBuilder(command));
  }

  /** A peer in a setting. */
  static Jvm peer(PeerSetting setting, PeerProgram program) {
    List<String> command =
        new ArrayList<>(
            List.of(
                java(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                program.classPath(),
                program.mainClass()));
    command.addAll(setting.arguments());
    ProcessBuilder process = new ProcessBuilder(command);
    setting.configure(process.environment());
    return new Jvm(setting.library().label() + " " + setting.description(), process);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
