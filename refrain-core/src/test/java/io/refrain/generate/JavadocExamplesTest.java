package io.refrain.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.model.CellKind;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.text.Tokenizer;
import io.refrain.text.WordTokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc of this package shows compiles, runs and writes. */
class JavadocExamplesTest {
  private static final String IMPORTS =
      """
      import io.refrain.generate.*;
      import io.refrain.model.*;
      import io.refrain.text.*;
      import java.util.*;
      import java.util.random.RandomGenerator;
      """;

  private static final List<String> WORDS =
      List.of("the", "time", "traveller", "for", "so", "it", "will", "be", "convenient");

  private final Tokenizer tokenizer = WordTokenizer.train(String.join(" ", WORDS));
  private final FrozenLanguageModel model =
      new LanguageModel(
              new LanguageModelConfig(tokenizer.size(), 0, CellKind.GRU, 8, 1),
              new SplittableRandom(1))
          .freeze();

  @TempDir Path folder;

  /** The example in the comment of a class, in a method that gives it what it takes for granted. */
  private Method compile(String of, String result, String... parameters) throws Exception {
    String name = of + "Example";
    Path source = folder.resolve(name + ".java");
    Files.writeString(
        source,
        IMPORTS
            + "public class %s {\n  public static Object run(%s) {\n%s\n    return %s;\n  }\n}\n"
                .formatted(name, String.join(", ", parameters), example(of), result));
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
      return Arrays.stream(loader.loadClass(name).getMethods())
          .filter(method -> method.getName().equals("run"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static String example(String of) throws IOException {
    Matcher block =
        Pattern.compile("<pre>\\{@code\n(.*?) \\* }</pre>", Pattern.DOTALL)
            .matcher(
                Files.readString(Path.of("src/main/java/io/refrain/generate/" + of + ".java")));
    assertThat(block.find()).isTrue();
    return block.group(1).replaceAll("(?m)^ \\* ", "    ");
  }

  private static void assertWords(String text) {
    assertThat(Arrays.asList(text.split(" "))).hasSize(200).isSubsetOf(WORDS);
  }

  @Test
  void aSessionWritesAText() throws Exception {
    Method example =
        compile(
            "Session",
            "null",
            "FrozenLanguageModel model",
            "Tokenizer tokenizer",
            "RandomGenerator random");
    PrintStream console = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    RandomGenerator random = new SplittableRandom(1);
    try {
      example.invoke(null, model, tokenizer, random);
    } finally {
      System.setOut(console);
    }
    assertWords(bytes.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aBatchWritesSeveral() throws Exception {
    Method example =
        compile(
            "SessionBatch", "texts", "Session session", "Tokenizer tokenizer", "Sampler sampler");
    Session session = new Session(model);
    session.read(tokenizer.encode("the time traveller"));
    Sampler sampler = new Sampler(Sampler.Options.temperature(1).excluding(tokenizer.specialIds()));
    List<?> texts = (List<?>) example.invoke(null, session, tokenizer, sampler);
    assertThat(texts).hasSize(2);
    texts.forEach(text -> assertWords(text.toString()));
  }
}
