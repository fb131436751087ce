package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code that docs/derivations shows is the code that runs, in its order. */
class DerivationsTest {
  private static final Path PAGES = Path.of("../docs/derivations");

  /** The class that a page is about: the first that it names. */
  private static final Pattern CLASS = Pattern.compile("^`(\\w+)`", Pattern.MULTILINE);

  /** Code of that class, or of the one that is named behind the word {@code java}. */
  private static final Pattern CODE =
      Pattern.compile("^```java(?: from (\\w+))?\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

  @Test
  void everyCellHasAPage() throws IOException {
    List<String> cells =
        Stream.of(StepCell.class, ScanCell.class)
            .flatMap(kind -> sources().stream().filter(source -> implementsKind(source, kind)))
            .map(DerivationsTest::name)
            .toList();
    assertThat(cells).hasSizeGreaterThanOrEqualTo(7);

    List<String> named = new ArrayList<>();
    for (Path page : pages()) {
      Matcher matcher = CLASS.matcher(Files.readString(page));
      if (matcher.find()) {
        named.add(matcher.group(1));
      }
    }
    assertThat(named).containsAll(cells);
  }

  @Test
  void codeIsTheClasses() throws IOException {
    int blocks = 0;
    for (Path page : pages()) {
      String text = Files.readString(page);
      Map<String, Integer> ends = new HashMap<>();
      for (Matcher code = CODE.matcher(text); code.find(); blocks++) {
        String name = code.group(1) == null ? pageClass(text) : code.group(1);
        String source = squeezed(Files.readString(source(name)));
        String shown = squeezed(code.group(2));
        int at = source.indexOf(shown, ends.getOrDefault(name, 0));
        assertThat(at)
            .as("%s shows, of %s, in its order:%n%s", page, name, code.group(2))
            .isNotNegative();
        ends.put(name, at + shown.length());
      }
    }
    assertThat(blocks).as("blocks of code").isGreaterThan(25);
  }

  private static String pageClass(String text) {
    Matcher matcher = CLASS.matcher(text);
    assertThat(matcher.find()).as("a page with code names its class").isTrue();
    return matcher.group(1);
  }

  private static String squeezed(String code) {
    return code.replaceAll("\\s+", " ").strip();
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(PAGES)) {
      return files
          .filter(file -> file.toString().endsWith(".md") && !file.endsWith("README.md"))
          .sorted()
          .toList();
    }
  }

  private static List<Path> sources() {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path source) {
    return source.getFileName().toString().replace(".java", "");
  }

  private static Path source(String name) {
    return sources().stream().filter(source -> name(source).equals(name)).findFirst().orElseThrow();
  }

  private static boolean implementsKind(Path source, Class<?> kind) {
    String name = "%s.%s".formatted(kind.getPackageName(), name(source));
    try {
      Class<?> type = Class.forName(name);
      return Arrays.asList(type.getInterfaces()).contains(kind);
    } catch (ClassNotFoundException e) {
      return false; // of another package
    }
  }
}
