package io.refrain.bench;

import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that does one case and answers each order line by one line of JSON. Between orders it
 * waits for its standard input, at no cost to the others.
 */
final class Worker implements AutoCloseable {

  /** What a process is started with. */
  interface Command {
    /** What it is called in messages. */
    String label();

    /** Everything about the process but its streams. */
    ProcessBuilder process();
  }

  /**
   * The answer to {@code run N}.
   *
   * @param units how many units were done
   * @param millis wall-clock time of all of them
   * @param checksum see {@link BenchCase#run}
   * @param bytes allocated on the Java heap meanwhile; null where the process does not say
   * @param each milliseconds of every unit; empty where they are not timed one by one
   */
  record Run(int units, double millis, double checksum, @Nullable Long bytes, List<Double> each) {
    double millisPerUnit() {
      return millis / units;
    }
  }

  private static final int SECONDS_TO_END = 5;

  private final String label;
  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;
  private final Path errors;
  private final JsonObject ready;

  private Worker(String label, Process process, Path errors) throws WorkerException {
    this.label = label;
    this.process = process;
    this.errors = errors;
    answers = process.inputReader(StandardCharsets.UTF_8);
    orders = process.outputWriter(StandardCharsets.UTF_8);
    ready = answer();
  }

  /** Starts a process and waits until it is ready for orders. */
  static Worker start(Command command) throws WorkerException {
    try {
      Path errors = Files.createTempFile("refrain-bench", ".log");
      Process process = command.process().redirectError(errors.toFile()).start();
      return new Worker(command.label(), process, errors);
    } catch (IOException problem) {
      throw new WorkerException(
          "%s did not start: %s".formatted(command.label(), problem.getMessage()));
    }
  }

  /** A text of the line that it began with. */
  String said(String key) throws WorkerException {
    try {
      return ready.string(key);
    } catch (JsonException defect) {
      throw nonsense(defect);
    }
  }

  /** Has units done. */
  Run run(int units) throws WorkerException {
    JsonObject answer = ask("run " + units);
    try {
      return new Run(
          answer.wholeNumber("units", 1, units),
          answer.number("millis"),
          answer.number("checksum"),
          answer.has("bytes") ? answer.wholeNumber("bytes") : null,
          answer.has("each") ? milliseconds(answer.list("each")) : List.of());
    } catch (JsonException defect) {
      throw nonsense(defect);
    }
  }

  private List<Double> milliseconds(List<? extends @Nullable Object> values)
      throws WorkerException {
    List<Double> milliseconds = new ArrayList<>();
    for (Object value : values) {
      if (!(value instanceof Number number)) {
        throw new WorkerException("%s answered nonsense: %s is no time".formatted(label, value));
      }
      milliseconds.add(number.doubleValue());
    }
    return milliseconds;
  }

  /** Has Refrain measure the FMA peak of its threads, in GFLOP/s; NaN without the Vector API. */
  double peak() throws WorkerException {
    JsonObject answer = ask("peak");
    try {
      return answer.asMap().get("gflops") == null ? Double.NaN : answer.number("gflops");
    } catch (JsonException defect) {
      throw nonsense(defect);
    }
  }

  private JsonObject ask(String order) throws WorkerException {
    try {
      orders.write(order + "\n");
      orders.flush();
    } catch (IOException closed) {
      throw ended();
    }
    return answer();
  }

  private JsonObject answer() throws WorkerException {
    try {
      String line;
      while ((line = answers.readLine()) != null) {
        // native libraries may write to the stream past Java
        if (line.startsWith("{")) {
          return JsonObject.parse(label, line.getBytes(StandardCharsets.UTF_8));
        }
      }
    } catch (JsonException defect) {
      throw nonsense(defect);
    } catch (IOException broken) {
      throw ended();
    }
    throw ended();
  }

  private WorkerException nonsense(JsonException defect) {
    return new WorkerException("%s answered nonsense: %s".formatted(label, defect.getMessage()));
  }

  private WorkerException ended() {
    close();
    String reason = "exit status " + process.exitValue();
    try {
      List<String> lines = Files.readAllLines(errors, StandardCharsets.ISO_8859_1);
      // the first line of a stack trace says what happened, the last of other programs' does
      reason =
          lines.stream()
              .filter(line -> line.startsWith("Exception in thread"))
              .findFirst()
              .or(() -> lines.stream().filter(line -> !line.isBlank()).reduce((_, last) -> last))
              .orElse(reason);
      Files.deleteIfExists(errors);
    } catch (IOException unreadable) {
      return new WorkerException("%s ended: %s".formatted(label, reason));
    }
    return new WorkerException("%s ended: %s".formatted(label, reason));
  }

  @Override
  public void close() {
    try {
      orders.close(); // the end of its input, on which it ends by itself
    } catch (IOException alreadyGone) {
      process.destroy();
    }
    try {
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException stop) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    errors.toFile().deleteOnExit();
  }
}
