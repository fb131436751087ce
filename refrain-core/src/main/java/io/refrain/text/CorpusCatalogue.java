package io.refrain.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The texts that Refrain knows by name: found on this machine, or downloaded into the user's cache.
 *
 * <p>Whatever the way, a text is handed out only if its SHA-1 is the catalogued one, so that two
 * machines that train on the same name train on the same bytes.
 */
public final class CorpusCatalogue {
  private static final List<CataloguedCorpus> ENTRIES =
      List.of(
          CataloguedCorpus.TIME_MACHINE,
          CataloguedCorpus.TINY_SHAKESPEARE,
          CataloguedCorpus.WIKITEXT_2,
          CataloguedCorpus.WIKITEXT_2_VALIDATION,
          CataloguedCorpus.WIKITEXT_2_TEST);

  private final DataFolders folders;
  private final Fetcher fetcher;

  /**
   * A catalogue that searches these folders and then asks the fetcher.
   *
   * @param folders where to look, and where to put downloads
   * @param fetcher what brings a text that this machine lacks
   */
  public CorpusCatalogue(DataFolders folders, Fetcher fetcher) {
    this.folders = folders;
    this.fetcher = fetcher;
  }

  /**
   * The catalogue of a machine: see {@link DataFolders#of(Map, Path)}.
   *
   * @param environment the environment variables, as {@link System#getenv()} gives them
   * @param workingDirectory the directory that {@code ../shared/data} is relative to
   * @param fetcher what brings a text that this machine lacks
   */
  public CorpusCatalogue(Map<String, String> environment, Path workingDirectory, Fetcher fetcher) {
    this(DataFolders.of(environment, workingDirectory), fetcher);
  }

  /** {@return every catalogued text} */
  public static List<CataloguedCorpus> entries() {
    return ENTRIES;
  }

  /**
   * {@return the catalogued text of this name, if there is one}
   *
   * @param name the name of the corpus
   */
  public static Optional<CataloguedCorpus> find(String name) {
    return ENTRIES.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  /**
   * Reads a catalogued text, which is downloaded first where this machine has no copy.
   *
   * @param name the name of the corpus
   * @return the corpus, named as in the catalogue
   * @throws CorpusException if the catalogue has no such name, or a copy has the wrong SHA-1
   * @throws IOException if there is no copy and it cannot be downloaded or kept, with a message
   *     that says where to put the file by hand, or if the file system fails
   */
  public Corpus read(String name) throws IOException {
    return source(name).read();
  }

  /**
   * Finds a catalogued text, which is downloaded first where this machine has no copy.
   *
   * @param name the name of the corpus
   * @return where it is, named as in the catalogue
   * @throws CorpusException as {@link #read} does
   * @throws IOException as {@link #read} does
   */
  public CorpusSource source(String name) throws IOException {
    CataloguedCorpus entry =
        find(name)
            .orElseThrow(() ->
                new CorpusException(
                    "no corpus is called %s; there are %s, or give the path of a text file"
                        .formatted(name, names())));
    return CorpusSource.at(locate(entry)).named(name);
  }

  /**
   * {@return the file of a catalogued text, which is downloaded first where this machine has no
   * copy}
   *
   * @param entry an entry of the catalogue
   * @throws CorpusException as {@link #read} does
   * @throws IOException as {@link #read} does
   */
  public Path locate(CataloguedCorpus entry) throws IOException {
    for (Path folder : folders.provided()) {
      Path file = folder.resolve(entry.file());
      if (Files.isRegularFile(file)) {
        return checked(file, entry);
      }
    }
    Path cached = folders.cache().resolve(entry.file());
    if (Files.isRegularFile(cached)) {
      return checked(cached, entry);
    }
    download(entry, cached);
    return cached;
  }

  private static Path checked(Path file, CataloguedCorpus entry) throws IOException {
    // The length first, so that a huge file in the wrong place is not read into memory.
    long length = Files.size(file);
    String actual =
        length == entry.bytes() ? "SHA-1 " + sha1(Files.readAllBytes(file)) : length + " bytes";
    if (!actual.equals("SHA-1 " + entry.sha1())) {
      throw new CorpusException(
          "%s is not the catalogued %s: expected %d bytes of SHA-1 %s, found %s; replace it by %s"
                  .formatted(
                      file, entry.name(), entry.bytes(), entry.sha1(), actual, entry.address())
              + " or delete it");
    }
    return file;
  }

  private void download(CataloguedCorpus entry, Path target) throws IOException {
    byte[] bytes;
    try (InputStream in = fetcher.open(entry.address())) {
      bytes = in.readNBytes(entry.bytes() + 1);
    } catch (IOException e) {
      throw new IOException(
          ("%s is not on this machine and %s cannot be reached (%s): point $%s at a folder that"
                  + " holds %s, or put the file at %s by hand")
              .formatted(
                  entry.name(),
                  entry.address(),
                  reason(e),
                  DataFolders.VARIABLE,
                  entry.file(),
                  target),
          e);
    }
    String sha1 = sha1(bytes);
    if (!sha1.equals(entry.sha1())) {
      String actual = bytes.length > entry.bytes() ? "more bytes than that" : "SHA-1 " + sha1;
      throw new IOException(
          ("%s no longer gives the catalogued %s: expected %d bytes of SHA-1 %s, got %s;"
                  + " put the right file at %s by hand")
              .formatted(
                  entry.address(), entry.name(), entry.bytes(), entry.sha1(), actual, target));
    }
    try {
      writeWhole(bytes, target);
    } catch (IOException e) {
      throw new IOException(
          "%s cannot be kept at %s (%s); make that folder writable, or name another one in $%s"
              .formatted(entry.name(), target, reason(e), DataFolders.VARIABLE),
          e);
    }
  }

  /** Written beside, forced to the disk and renamed, so that nobody ever sees half of it. */
  private static void writeWhole(byte[] bytes, Path target) throws IOException {
    Path folder = Files.createDirectories(target.toAbsolutePath().getParent());
    Path part = Files.createTempFile(folder, target.getFileName() + ".", ".part");
    try {
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      try {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static String reason(IOException failure) {
    String message = failure.getMessage();
    String kind = failure.getClass().getSimpleName();
    return message == null ? kind : kind + ": " + message.lines().findFirst().orElse("");
  }

  private static String sha1(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  private static String names() {
    return ENTRIES.stream().map(CataloguedCorpus::name).collect(Collectors.joining(", "));
  }
}
