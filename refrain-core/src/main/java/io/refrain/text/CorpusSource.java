package io.refrain.text;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where a text comes from: a file, a folder of them, or bytes. It can be read as often as wanted,
 * at once or, where it is larger than memory, piece by piece.
 */
public final class CorpusSource {
  private static final List<String> TEXT_SUFFIXES = List.of(".txt", ".text", ".md");

  /** Two bytes a character must fit into one array. */
  private static final long MAXIMUM_BYTES = 1L << 30;

  private final String name;
  private final List<Part> parts;
  private final long bytes;

  /** Opens a stream. */
  @FunctionalInterface
  private interface Opening {
    InputStream open() throws IOException;
  }

  /** A file of a text, or bytes that stand for one. */
  record Part(String name, Opening opening) {
    InputStream open() throws IOException {
      return opening.open();
    }
  }

  private CorpusSource(String name, List<Part> parts, long bytes) {
    this.name = name;
    this.parts = List.copyOf(parts);
    this.bytes = bytes;
  }

  /**
   * Finds a text file, or every text file below a folder. Nothing is read yet.
   *
   * <p>In a folder these are the files that end in .txt, .text or .md, hidden ones and those in
   * hidden folders left out, in the order of their paths and joined by a line end. The folder may
   * be a symbolic link, and so may a file in it; a link in it to another folder is passed over.
   *
   * @param path the file or the folder
   * @return the text, named after its path
   * @throws CorpusException if there is no such file, or it is neither a file nor a folder
   * @throws IOException if the file system fails
   */
  public static CorpusSource at(Path path) throws IOException {
    if (Files.isSymbolicLink(path) && !Files.exists(path)) {
      throw new CorpusException(
          path + " is a symbolic link that leads nowhere; give the path of a text file or folder");
    }
    if (!Files.exists(path)) {
      throw new CorpusException(path + " does not exist; give the path of a text file or folder");
    }
    List<Path> files = Files.isDirectory(path) ? textFilesBelow(path) : List.of(path);
    List<Part> parts = new ArrayList<>();
    long bytes = 0;
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new CorpusException(file + " is neither a file nor a folder; give a text file");
      }
      bytes += Files.size(file);
      parts.add(new Part(file.toString(), () -> open(file)));
    }
    return new CorpusSource(path.toString(), parts, bytes);
  }

  /**
   * {@return a text that comes from somewhere else than a file, such as a resource}
   *
   * @param name the name of the text
   * @param utf8 the text in UTF-8, with or without byte order mark
   */
  public static CorpusSource of(String name, byte[] utf8) {
    return new CorpusSource(
        name, List.of(new Part(name, () -> new ByteArrayInputStream(utf8))), utf8.length);
  }

  /**
   * {@return several texts one after another, joined by line ends}
   *
   * @param name what messages call all of them
   * @param texts at least one
   */
  public static CorpusSource joined(String name, List<CorpusSource> texts) {
    List<Part> parts = texts.stream().flatMap(text -> text.parts.stream()).toList();
    return new CorpusSource(name, parts, texts.stream().mapToLong(CorpusSource::bytes).sum());
  }

  /**
   * {@return the same text, read into memory, so that it stays as it is}
   *
   * @throws CorpusException if it is too large for that
   * @throws IOException if the file system fails
   */
  public CorpusSource inMemory() throws IOException {
    requireFits();
    List<Part> loaded = new ArrayList<>();
    for (Part part : parts) {
      try (InputStream in = part.open()) {
        byte[] content = in.readAllBytes();
        loaded.add(new Part(part.name(), () -> new ByteArrayInputStream(content)));
      }
    }
    return new CorpusSource(name, loaded, bytes);
  }

  /**
   * {@return the same text under another name}
   *
   * @param other what messages and run directories call it
   */
  public CorpusSource named(String other) {
    return new CorpusSource(other, parts, bytes);
  }

  /** {@return what messages and run directories call it} */
  public String name() {
    return name;
  }

  /** {@return how many bytes its files have} */
  public long bytes() {
    return bytes;
  }

  /** {@return whether it is short enough to be {@linkplain #read read} at once} */
  public boolean fitsIntoString() {
    return bytes <= MAXIMUM_BYTES;
  }

  /** {@return a reader of the text from its beginning, to be closed after use} */
  public CorpusReader open() {
    return new CorpusReader(name, parts.iterator());
  }

  /**
   * Reads the text at once.
   *
   * @return the text in memory
   * @throws CorpusException if it is empty, binary or too large
   * @throws IOException if the file system fails
   */
  public Corpus read() throws IOException {
    requireFits();
    StringBuilder text = new StringBuilder((int) bytes);
    char[] chunk = new char[1 << 13];
    try (CorpusReader reader = open()) {
      for (int count = reader.read(chunk); count >= 0; count = reader.read(chunk)) {
        text.append(chunk, 0, count);
      }
    }
    return new Corpus(name, text.toString());
  }

  private void requireFits() {
    if (!fitsIntoString()) {
      throw new CorpusException(
          "%s holds %d bytes, and %d is the most that is read at once; give a part of it"
              .formatted(name, bytes, MAXIMUM_BYTES));
    }
  }

  static CorpusException blank(String name) {
    return new CorpusException(name + " is empty; give a file or a folder that holds some text");
  }

  private static List<Path> textFilesBelow(Path folder) throws IOException {
    List<Path> files;
    Path walked = folder.toRealPath(); // of a link, a walk would see nothing but itself
    try (Stream<Path> paths = Files.walk(walked)) {
      files =
          paths
              .filter(Files::isRegularFile)
              .map(walked::relativize)
              .filter(CorpusSource::isText)
              // With the same separator everywhere, so that every system reads the same text.
              .sorted(Comparator.comparing(CorpusSource::slashed))
              .map(folder::resolve)
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

  private static InputStream open(Path file) throws IOException {
    try {
      return Files.newInputStream(file);
    } catch (AccessDeniedException e) {
      throw new CorpusException(file + " may not be read by this user; change its permissions", e);
    }
  }
}
