package io.refrain.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A text to train on or to evaluate.
 *
 * @param name what messages and run directories call it
 * @param text the whole text, decoded, without byte order mark; not blank
 */
public record Corpus(String name, String text) {
  /**
   * Checks that there is a text at all.
   *
   * @throws CorpusException if the text is empty or nothing but white space
   */
  public Corpus {
    if (text.isBlank()) {
      throw CorpusSource.blank(name);
    }
  }

  /**
   * Reads a text file, or every text file below a folder, as {@link CorpusSource#at} finds them.
   *
   * @param path the file or the folder
   * @return the corpus, named after its path
   * @throws CorpusException if there is no such file, or it is empty, binary or too large
   * @throws IOException if the file system fails
   */
  public static Corpus read(Path path) throws IOException {
    return CorpusSource.at(path).read();
  }

  /**
   * {@return a corpus that comes from somewhere else than a file, such as a resource}
   *
   * @param name the name of the corpus
   * @param utf8 the text in UTF-8, with or without byte order mark
   * @throws CorpusException if the bytes are blank or binary
   */
  public static Corpus of(String name, byte[] utf8) {
    try {
      return CorpusSource.of(name, utf8).read();
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory cannot fail to be read", e);
    }
  }
}
