package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.refrain.text.CorpusException;
import io.refrain.text.CorpusSource;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import io.refrain.text.VerbatimTokenizer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stretches of a text of two pieces. */
class EvaluatedTextTest {
  private static final String TEXT = "It was \u2014 \u00e9 \u2014 the worst.\n".repeat(210_000);
  private static final VerbatimTokenizer TOKENIZER =
      VerbatimTokenizer.train(TEXT.substring(0, 100));

  @TempDir Path folder;
  private Path file;
  private CorpusSource source;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("text.txt"), TEXT);
    source = CorpusSource.at(file);
  }

  /** What a stretch hands on. */
  private record Read(int[] tokens, int[] characters) {
    static Read of(EvaluatedText text) throws IOException {
      List<int[]> tokens = new ArrayList<>();
      List<int[]> characters = new ArrayList<>();
      text.forEach((some, theirCharacters) -> {
        tokens.add(some);
        characters.add(theirCharacters);
      });
      return new Read(joined(tokens), joined(characters));
    }
  }

  private static int[] joined(List<int[]> parts) {
    return parts.stream().flatMapToInt(IntStream::of).toArray();
  }

  private static int[] tokens(EvaluatedText text) throws IOException {
    List<int[]> tokens = new ArrayList<>();
    text.forEachTokens(tokens::add);
    return joined(tokens);
  }

  @Test
  void aStretchIsThatOfTheWhole() throws IOException {
    Encoding encoding = TOKENIZER.encodeWithOffsets(TEXT);
    int[] characters = encoding.characters(TEXT, TOKENIZER.separator());
    EvaluatedText whole = EvaluatedText.of(source, TOKENIZER);
    assertThat(whole.pieces()).hasSize(2);
    assertThat(whole.size()).isEqualTo(encoding.size());
    int border = whole.pieces().getFirst();
    int[][] stretches = {
      {0, encoding.size()}, {border - 9, border + 9}, {3, border}, {border, border + 5}, {7, 7}
    };
    for (int[] stretch : stretches) {
      EvaluatedText part = whole.part("a part", stretch[0], stretch[1]);
      Read read = Read.of(part);
      assertThat(part.size()).isEqualTo(stretch[1] - stretch[0]);
      assertThat(read.tokens())
          .isEqualTo(Arrays.copyOfRange(encoding.ids(), stretch[0], stretch[1]));
      assertThat(read.characters())
          .isEqualTo(Arrays.copyOfRange(characters, stretch[0], stretch[1]));
      assertThat(tokens(part)).isEqualTo(read.tokens());
    }
  }

  @Test
  void onlyWhatIsAskedForIsEncodedAgain() throws IOException {
    List<String> calls = new ArrayList<>();
    Tokenizer noting =
        (Tokenizer)
            Proxy.newProxyInstance(
                Tokenizer.class.getClassLoader(),
                new Class<?>[] {Tokenizer.class},
                (_, method, arguments) -> {
                  calls.add(method.getName());
                  return method.invoke(TOKENIZER, arguments);
                });
    EvaluatedText whole = EvaluatedText.of(source, noting);
    assertThat(encodings(calls)).containsExactly("encode", "encode");
    int border = whole.pieces().getFirst();
    Read.of(whole.part("the end", border + 1, whole.end()));
    assertThat(encodings(calls)).containsExactly("encodeWithOffsets");
    tokens(whole.part("the beginning", 0, border));
    assertThat(encodings(calls)).containsExactly("encode");
    Read.of(whole);
    assertThat(encodings(calls)).containsExactly("encodeWithOffsets", "encodeWithOffsets");
  }

  /** Those since the last time. */
  private static List<String> encodings(List<String> calls) {
    List<String> encodings = calls.stream().filter(call -> call.startsWith("encode")).toList();
    calls.clear();
    return encodings;
  }

  @Test
  void whatFollowsIsNotRead() throws IOException {
    EvaluatedText whole = EvaluatedText.of(source, TOKENIZER);
    byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 1] = 0; // whoever reads so far is told that it is no text
    Files.write(file, bytes);
    assertThat(tokens(whole.part("the beginning", 0, 100))).hasSize(100);
    assertThatExceptionOfType(CorpusException.class).isThrownBy(() -> Read.of(whole));
  }

  @Test
  void aTextThatChangesMeanwhileIsRefused() throws IOException {
    EvaluatedText whole = EvaluatedText.of(source, TOKENIZER);
    for (String other : List.of("It was.", TEXT.replace("the worst", "the very worst"))) {
      Files.writeString(file, other);
      assertThatIOException()
          .isThrownBy(() -> tokens(whole))
          .withMessageContaining("changed while it was read");
      assertThatIOException()
          .isThrownBy(() -> Read.of(whole))
          .withMessageContaining("changed while it was read");
    }
  }
}
