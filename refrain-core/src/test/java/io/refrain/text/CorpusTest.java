package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  @TempDir Path folder;

  @Test
  void aFile() throws IOException {
    Path file = Files.writeString(folder.resolve("book.txt"), "Ünï😀\r\n");

    Corpus corpus = Corpus.read(file);

    assertThat(corpus.text()).isEqualTo("Ünï😀\r\n");
    assertThat(corpus.name()).isEqualTo(file.toString());
  }

  @Test
  void theByteOrderMarkIsDropped() {
    assertThat(Corpus.of("bom", "\uFEFFa\uFEFF".getBytes(StandardCharsets.UTF_8)).text())
        .isEqualTo("a\uFEFF");
  }

  @Test
  void aFolderInTheOrderOfItsPaths() throws IOException {
    Files.createDirectories(folder.resolve("a/deep"));
    Files.createDirectories(folder.resolve(".git"));
    Files.writeString(folder.resolve("b.TXT"), "second");
    Files.writeString(folder.resolve("a/deep/x.md"), "\uFEFFfirst");
    Files.writeString(folder.resolve("c.text"), "third");
    Files.writeString(folder.resolve("cover.png"), "\0");
    Files.writeString(folder.resolve(".hidden.txt"), "hidden");
    Files.writeString(folder.resolve(".git/x.txt"), "hidden");

    assertThat(Corpus.read(folder).text()).isEqualTo("first\nsecond\nthird");
  }

  @Test
  void aFolderThatIsALink() throws IOException {
    Path books = Files.createDirectories(folder.resolve("data/books"));
    Files.createDirectories(folder.resolve("data/more"));
    Files.writeString(books.resolve("a.txt"), "first");
    Files.writeString(folder.resolve("data/b.txt"), "second");
    Files.writeString(folder.resolve("data/more/c.txt"), "third");
    Path link = folder.resolve("link");
    try {
      Files.createSymbolicLink(link, books);
      Files.createSymbolicLink(books.resolve("b.txt"), folder.resolve("data/b.txt"));
      Files.createSymbolicLink(books.resolve("more"), folder.resolve("data/more"));
    } catch (UnsupportedOperationException | FileSystemException e) {
      Assumptions.abort("skipped: no symbolic links here");
    }

    assertThat(Corpus.read(link).text()).isEqualTo("first\nsecond");
    assertThat(Corpus.read(link).name()).isEqualTo(link.toString());
    Files.write(books.resolve("c.txt"), new byte[] {0});
    assertRefused(link, link.resolve("c.txt") + " looks like a binary file");
  }

  @Test
  void missing() {
    assertRefused(folder.resolve("nowhere.txt"), "nowhere.txt does not exist; give the path");
  }

  @Test
  void empty() throws IOException {
    assertRefused(Files.createFile(folder.resolve("empty.txt")), "empty.txt is empty; give");
    assertRefused(Files.writeString(folder.resolve("blank.txt"), " \n\t\n"), "blank.txt is empty");
    assertRefused(Files.writeString(folder.resolve("mark.txt"), "\uFEFF"), "mark.txt is empty");
  }

  @Test
  void aFolderWithoutText() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "1,2");

    assertRefused(folder, "holds no text file (.txt, .text, .md); give another folder");
  }

  @Test
  void binary() throws IOException {
    Path file = folder.resolve("picture.txt");
    Files.write(file, new byte[] {'a', 'b', 0, (byte) 0xFF});
    assertRefused(file, "picture.txt looks like a binary file (a NUL byte at byte 2)");

    Files.write(file, new byte[] {'a', (byte) 0xC3, (byte) 0xA9, (byte) 0xFF, 0});
    assertRefused(file, "picture.txt looks like a binary file (not UTF-8 at byte 3)");

    Files.write(file, "\uFEFFabc é".getBytes(StandardCharsets.UTF_16LE));
    assertRefused(file, "(not UTF-8 at byte 0)");

    Files.write(file, new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, 'a', (byte) 0xE2});
    assertRefused(file, "(not UTF-8 at byte 4)");
  }

  @Test
  void aBinaryFileInAFolderIsNamed() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "text");
    Files.write(folder.resolve("b.txt"), new byte[] {0});

    assertRefused(folder, folder.resolve("b.txt") + " looks like a binary file");
  }

  @Property
  void anyTextComesBack(@ForAll String noise) {
    // Through UTF-8, which turns half a surrogate pair into a question mark.
    byte[] bytes = ("x" + noise.replace("\0", "")).getBytes(StandardCharsets.UTF_8);

    assertThat(Corpus.of("any", bytes).text()).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
  }

  private static void assertRefused(Path path, String message) {
    assertThatExceptionOfType(CorpusException.class)
        .isThrownBy(() -> Corpus.read(path))
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
