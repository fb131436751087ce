package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows of the library compiles, runs and writes. */
class ReadmeTest {
  private static final String IMPORTS =
      """
      import io.refrain.generate.*;
      import io.refrain.model.*;
      import io.refrain.text.*;
      import io.refrain.train.*;
      import java.nio.file.Path;
      import java.util.SplittableRandom;
      """;

  private static final String TEXT =
      "It was the best of times, it was the worst of times.\n".repeat(40);

  @TempDir Path folder;

  @Test
  void theLibrarysExampleWritesText() throws Exception {
    Path run = folder.resolve("run");
    Path text = folder.resolve("text.txt");
    Files.writeString(text, TEXT);
    String[] arguments = {
      "train",
      text.toString(),
      "--out",
      run.toString(),
      "--hidden",
      "8",
      "--batch",
      "4",
      "--steps",
      "8",
      "--epochs",
      "1",
      "--threads",
      "1"
    };
    assertThat(Main.execute(Main.commandLine(arguments), arguments)).isZero();
    String example = example().replace("runs/dickens", run.toString());

    Class<?> compiled = compile("ReadmeExample", example);
    String written = run(compiled);

    assertThat(written.codePointCount(0, written.length())).isEqualTo(200);
    assertThat(written.chars()).allMatch(character -> TEXT.indexOf(character) >= 0);
  }

  private static String example() throws IOException {
    Matcher block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../README.md")));
    assertThat(block.find()).isTrue();
    return block.group(1);
  }

  private Class<?> compile(String name, String statements) throws Exception {
    Path source = folder.resolve(name + ".java");
    Files.writeString(
        source,
        IMPORTS
            + "public class %s {\n  public static void main() throws Exception {\n%s  }\n}\n"
                .formatted(name, statements));
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                messages,
                messages,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                source.toString());
    assertThat(code).as(messages.toString(StandardCharsets.UTF_8)).isZero();
    URL[] classes = {folder.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(classes, getClass().getClassLoader())) {
      return loader.loadClass(name);
    }
  }

  private static String run(Class<?> program) throws Exception {
    PrintStream console = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.getMethod("main").invoke(null);
    } finally {
      System.setOut(console);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
