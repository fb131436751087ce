package io.refrain.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * A text to train on or to evaluate.
 *
 * @param name what messages and run directories call it
 * @param text the whole text, decoded, without byte order mark; not blank
 */
public record Corpus(String name, String text) {
  private static final List<String> TEXT_SUFFIXES = List.of(".txt", ".text", ".md");

  /** Two bytes a character must fit into one array. */
  private static final long MAXIMUM_BYTES = 1L << 30;

  /**
   * Checks that there is a text at all.
   *
   * @throws CorpusException if the text is empty or nothing but white space
   */
  public Corpus {
    if (text.isBlank()) {
      throw new CorpusException(name + " is empty; give a file or a folder that holds some text");
    }
  }

  /**
   * Reads a text file, or every text file below a folder.
   *
   * <p>In a folder these are the files that end in .txt, .text or .md, hidden ones and those in
   * hidden folders left out, in the order of their paths and joined by a line end.
   *
   * @param path the file or the folder
   * @return the corpus, named after its path
   * @throws CorpusException if there is no such file, or it is empty, binary or too large
   * @throws IOException if the file system fails
   */
  public static Corpus read(Path path) throws IOException {
    if (Files.isSymbolicLink(path) && !Files.exists(path)) {
      throw new CorpusException(
          path + " is a symbolic link that leads nowhere; give the path of a text file or folder");
    }
    if (!Files.exists(path)) {
      throw new CorpusException(path + " does not exist; give the path of a text file or folder");
    }
    List<Path> files = Files.isDirectory(path) ? textFilesBelow(path) : List.of(path);
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    if (bytes > MAXIMUM_BYTES) {
      throw new CorpusException(
          "%s holds %d bytes, and %d is the most that is read at once; give a part of it"
              .formatted(path, bytes, MAXIMUM_BYTES));
    }
    StringJoiner text = new StringJoiner("\n");
    for (Path file : files) {
      text.add(Utf8.decode(bytesOf(file), file.toString()));
    }
    return new Corpus(path.toString(), text.toString());
  }

  /**
   * {@return a corpus that comes from somewhere else than a file, such as a resource}
   *
   * @param name the name of the corpus
   * @param utf8 the text in UTF-8, with or without byte order mark
   * @throws CorpusException if the bytes are blank or binary
   */
  public static Corpus of(String name, byte[] utf8) {
    return new Corpus(name, Utf8.decode(utf8, name));
  }

  private static List<Path> textFilesBelow(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> paths = Files.walk(folder)) {
      files =
          paths
              .filter(path -> isText(folder.relativize(path)) && Files.isRegularFile(path))
              // With the same separator everywhere, so that every system reads the same text.
              .sorted(Comparator.comparing(path -> slashed(folder.relativize(path))))
              .toList();
    } catch (UncheckedIOException e) {
      throw new CorpusException(
          "folder %s cannot be read to its end (%s); change its permissions, or give another folder"
              .formatted(folder, e.getMessage()),
          e);
    }
    if (files.isEmpty()) {
      throw new CorpusException(
          "folder %s holds no text file (%s); give another folder, or a file by its name"
              .formatted(folder, String.join(", ", TEXT_SUFFIXES)));
    }
    return files;
  }

  private static boolean isText(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    String lowerCase = relative.toString().toLowerCase(Locale.ROOT);
    return TEXT_SUFFIXES.stream().anyMatch(lowerCase::endsWith);
  }

  private static String slashed(Path relative) {
    return relative.toString().replace('\\', '/');
  }

  private static byte[] bytesOf(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CorpusException(file + " is neither a file nor a folder; give a text file");
    }
    try {
      return Files.readAllBytes(file);
    } catch (AccessDeniedException e) {
      throw new CorpusException(file + " may not be read by this user; change its permissions", e);
    }
  }
}
