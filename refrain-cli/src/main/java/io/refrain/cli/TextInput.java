package io.refrain.cli;

import io.refrain.text.Corpus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Texts from the command line, from a file or from standard input. */
final class TextInput {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private TextInput() {}

  /**
   * The texts to work on.
   *
   * @param texts those of the command line
   * @param file the file that is named instead
   */
  static List<String> of(CommandSpec spec, @Nullable List<String> texts, @Nullable String file)
      throws IOException {
    boolean given = texts != null && !texts.isEmpty();
    if (file != null) {
      if (given) {
        throw new ParameterException(
            spec.commandLine(), "give either TEXT or --file, for there is one text to work on");
      }
      return List.of(Corpus.read(Path.of(file)).text());
    }
    return texts != null && given ? texts : List.of(standardInput());
  }

  /** All of standard input, as it is, but for a byte order mark, which a file loses, too. */
  static String standardInput() throws IOException {
    byte[] bytes = System.in.readAllBytes();
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new IOException("standard input is not text in UTF-8; convert it first", e);
    }
  }
}
