package io.refrain.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.refrain.store.ChildJvm;
import io.refrain.text.BpeTokenizer;
import io.refrain.text.CorpusReader;
import io.refrain.text.CorpusSource;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerKind;
import io.refrain.text.VerbatimTokenizer;
import io.refrain.text.bpe.BpeTrainer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusEncodingTest {
  private static final String TEXT =
      "It was the best of times,\nit was the worst — 字 😀.\n".repeat(40);
  private static final CorpusEncoding.Watcher SILENT = new CorpusEncoding.Watcher() {};

  @TempDir Path folder;

  /** Remembers what it is told. */
  private static final class Told implements CorpusEncoding.Watcher {
    final List<String> events = new ArrayList<>();

    @Override
    public void goingOn(Path file, long tokens) {
      events.add("going on with " + tokens);
    }

    @Override
    public void makingAnew(TokenFileException why) {
      events.add("making anew: " + why.defect());
    }
  }

  private static CorpusSource source(String text) {
    return CorpusSource.of("text", text.getBytes(StandardCharsets.UTF_8));
  }

  static TokenFileKey key(String text, Tokenizer tokenizer) throws IOException {
    try (CorpusReader reader = source(text).open()) {
      reader.readToEnd();
      return TokenFileKey.of(reader.sha1(), tokenizer);
    }
  }

  private Path file() {
    return folder.resolve("text.tokens");
  }

  private Path part() {
    return folder.resolve("text.tokens.part");
  }

  private CorpusEncoding encoding(String text, Tokenizer tokenizer, TokenFileWriter.Disk disk)
      throws IOException {
    return new CorpusEncoding(file(), key(text, tokenizer), disk, 64);
  }

  private int[] made(String text, Tokenizer tokenizer, CorpusEncoding.Watcher watcher)
      throws IOException {
    try (TokenFile tokens =
        encoding(text, tokenizer, TokenFileWriter.Disk.REAL)
            .make(source(text), tokenizer, watcher)) {
      assertThat(part()).doesNotExist();
      return tokens.toArray();
    }
  }

  static Stream<Tokenizer> tokenizers() {
    return Stream.concat(
        Arrays.stream(TokenizerKind.values()).map(kind -> kind.train(TEXT, kind.defaultOptions())),
        Stream.of(BpeTokenizer.train(TEXT, BpeTrainer.Options.ofSize(300), 1)));
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void idsAreThoseOfTheWholeText(Tokenizer tokenizer) throws IOException {
    assertThat(made(TEXT, tokenizer, SILENT)).isEqualTo(tokenizer.encode(TEXT));
    assertThat(made(TEXT, tokenizer, SILENT)).as("again").isEqualTo(tokenizer.encode(TEXT));
  }

  /** Fails as a full disk does, after some writes and in the middle of one. */
  private static final class FullDisk implements TokenFileWriter.Disk {
    private final int most;
    private int writes;

    FullDisk(int most) {
      this.most = most;
    }

    @Override
    public void write(FileChannel file, byte[] bytes, int count) throws IOException {
      if (writes++ == most) {
        file.write(ByteBuffer.wrap(bytes, 0, count / 2));
        throw new IOException("No space left on device");
      }
      TokenFileWriter.Disk.super.write(file, bytes, count);
    }

    @Override
    public void force(FileChannel file) throws IOException {
      if (writes++ == most) {
        throw new IOException("No space left on device");
      }
    }
  }

  @Test
  void goesOnWhereverTheDiskWasFull() throws IOException {
    Tokenizer tokenizer = VerbatimTokenizer.train(TEXT);
    int[] ids = tokenizer.encode(TEXT);
    int writes = 1 + Math.ceilDiv(ids.length, 64) + 2; // headers, blocks, the force
    for (int most = 0; most < writes; most++) {
      int sound = Math.min(Math.max(0, most - 1), ids.length / 64);
      CorpusEncoding full = encoding(TEXT, tokenizer, new FullDisk(most));
      assertThatIOException()
          .isThrownBy(() -> full.make(source(TEXT), tokenizer, SILENT))
          .withMessage(
              "cannot write %s: No space left on device; once that is mended, the same command goes"
                      .formatted(part())
                  + " on where this one stopped");
      assertThat(file()).doesNotExist();
      Told told = new Told();

      assertThat(made(TEXT, tokenizer, told)).as("after %d", most).isEqualTo(ids);

      assertThat(told.events)
          .isEqualTo(sound == 0 ? List.of() : List.of("going on with " + 64 * sound));
      Files.delete(file());
    }
    encoding(TEXT, tokenizer, new FullDisk(writes)).make(source(TEXT), tokenizer, SILENT).close();
  }

  @Test
  void goesOnFromEveryTruncationAndDamage() throws IOException {
    Tokenizer tokenizer = BpeTokenizer.train(TEXT, BpeTrainer.Options.ofSize(300), 1);
    int[] ids = tokenizer.encode(TEXT);
    made(TEXT, tokenizer, SILENT);
    byte[] whole = Files.readAllBytes(file());
    Files.delete(file());
    SplittableRandom random = new SplittableRandom(3);
    for (int length = 0; length <= whole.length; length += 37) {
      Files.write(part(), Arrays.copyOf(whole, length));
      assertThat(made(TEXT, tokenizer, SILENT)).as("%d bytes", length).isEqualTo(ids);
      Files.delete(file());
      byte[] flipped = whole.clone();
      int place = random.nextInt(8, whole.length);
      flipped[place] ^= (byte) random.nextInt(1, 256);
      Files.write(part(), flipped);
      assertThat(made(TEXT, tokenizer, SILENT)).as("byte %d", place).isEqualTo(ids);
      Files.delete(file());
    }
    Files.write(part(), new byte[300]); // as after a power cut
    assertThat(made(TEXT, tokenizer, SILENT)).isEqualTo(ids);
  }

  @Test
  void manyPiecesOfTheTextAreGoneOnWithFromTheMiddle() throws IOException {
    String text = TEXT.repeat(5000);
    Tokenizer tokenizer = TokenizerKind.WORD.train(TEXT, TokenizerKind.WORD.defaultOptions());
    int[] ids = tokenizer.encode(text);
    TokenFileKey key = key(text, tokenizer);
    for (int most : new int[] {3, 40, 60}) {
      CorpusEncoding full = new CorpusEncoding(file(), key, new FullDisk(most), 1 << 15);
      assertThatIOException().isThrownBy(() -> full.make(source(text), tokenizer, SILENT));
      Told told = new Told();
      CorpusEncoding encoding = new CorpusEncoding(file(), key, TokenFileWriter.Disk.REAL, 1 << 15);

      try (TokenFile tokens = encoding.make(source(text), tokenizer, told)) {
        assertThat(tokens.toArray()).isEqualTo(ids);
      }

      assertThat(told.events).containsExactly("going on with " + (most - 1) * (1 << 15));
      Files.delete(file());
    }
  }

  @Test
  void aDamagedFileIsMadeAnewAndAForeignOneIsLeftAlone() throws IOException {
    Tokenizer tokenizer = VerbatimTokenizer.train(TEXT);
    made(TEXT, tokenizer, SILENT);
    byte[] whole = Files.readAllBytes(file());
    byte[] damaged = whole.clone();
    damaged[500]++;
    Files.write(file(), damaged);
    Told told = new Told();
    assertThatExceptionOfType(TokenFileException.class)
        .isThrownBy(() -> encoding(TEXT, tokenizer, TokenFileWriter.Disk.REAL).open(SILENT))
        .withMessageContaining(" is damaged between byte ");

    assertThat(made(TEXT, tokenizer, told)).isEqualTo(tokenizer.encode(TEXT));
    assertThat(told.events).containsExactly("making anew: DAMAGED");
    assertThat(file()).hasBinaryContent(whole);

    for (Path place : List.of(file(), part())) {
      Files.deleteIfExists(file());
      Files.writeString(place, "my only copy of a poem");
      assertThatExceptionOfType(TokenFileException.class)
          .isThrownBy(() -> made(TEXT, tokenizer, SILENT))
          .withMessage(place + " is no file of tokens: move it away, or delete it");
      assertThat(place).hasContent("my only copy of a poem");
      Files.write(place, whole);
      String other = TEXT + "x";
      assertThatExceptionOfType(TokenFileException.class)
          .isThrownBy(() -> made(other, tokenizer, SILENT))
          .withMessageContaining("holds the tokens of another text or tokenizer: move it away");
      assertThat(place).hasBinaryContent(whole);
    }
  }

  @Test
  void aTextThatChangesIsNoticedAtItsEnd() throws IOException {
    Tokenizer tokenizer = VerbatimTokenizer.train(TEXT);
    CorpusEncoding encoding = encoding(TEXT, tokenizer, TokenFileWriter.Disk.REAL);
    for (String changed : List.of(TEXT.replace("worst", "wurst"), "It was")) {
      CorpusEncoding full = encoding(TEXT, tokenizer, new FullDisk(9));
      assertThatIOException().isThrownBy(() -> full.make(source(TEXT), tokenizer, SILENT));

      assertThatIOException()
          .isThrownBy(() -> encoding.make(source(changed), tokenizer, SILENT))
          .withMessageStartingWith("the text text has changed while it was read: give the command");
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void onlyOneWritesAtATime() throws IOException {
    Tokenizer tokenizer = VerbatimTokenizer.train(TEXT);
    TokenFileHeader header = new TokenFileHeader(key(TEXT, tokenizer), 64, TokenFileHeader.GROWING);
    try (TokenFileWriter other = TokenFileWriter.open(part(), header, TokenFileWriter.Disk.REAL)) {
      assertThatIOException()
          .isThrownBy(() -> made(TEXT, tokenizer, SILENT))
          .withMessage(
              part() + " is being written by another process: wait until it is done, or stop it");
      assertThat(other.size()).isZero();
    }
    assertThat(made(TEXT, tokenizer, SILENT)).isEqualTo(tokenizer.encode(TEXT));
  }

  /** What another process does at an awkward moment. */
  @FunctionalInterface
  private interface Other {
    void run() throws IOException;
  }

  /** Another process is done between the opening of the unfinished file and its locking. */
  private record LateLock(Other other) implements TokenFileWriter.Disk {
    @Override
    public @Nullable FileLock lock(FileChannel file) throws IOException {
      other.run();
      return TokenFileWriter.Disk.super.lock(file);
    }
  }

  @Test
  void aFileThatAnotherHasFinishedMeanwhileIsOpenedAsItIs() throws IOException {
    Tokenizer tokenizer = VerbatimTokenizer.train(TEXT);
    int[] ids = made(TEXT, tokenizer, SILENT);
    byte[] whole = Files.readAllBytes(file());
    Files.delete(file());
    CorpusEncoding late =
        encoding(TEXT, tokenizer, new LateLock(() -> made(TEXT, tokenizer, SILENT)));

    try (TokenFile tokens = late.make(source(TEXT), tokenizer, SILENT)) {
      assertThat(tokens.toArray()).isEqualTo(ids);
    }

    assertThat(file()).hasBinaryContent(whole);
    assertThat(part()).doesNotExist();
  }

  @Test
  void anUnfinishedFileThatAnotherHasDeletedMeanwhileIsNotGoneOnWith() throws IOException {
    Tokenizer tokenizer = VerbatimTokenizer.train(TEXT);
    CorpusEncoding ofChangedText = encoding(TEXT, tokenizer, TokenFileWriter.Disk.REAL);
    Other deletes =
        () ->
            assertThatIOException()
                .isThrownBy(() -> ofChangedText.make(source("It was"), tokenizer, SILENT))
                .withMessageContaining("has changed while it was read");
    CorpusEncoding late = encoding(TEXT, tokenizer, new LateLock(deletes));

    assertThatIOException()
        .isThrownBy(() -> late.make(source(TEXT), tokenizer, SILENT))
        .withMessage(
            part() + " is being written by another process: wait until it is done, or stop it");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void nobodyElseWritesTheFileUntilItHasItsName() throws IOException {
    Tokenizer tokenizer = VerbatimTokenizer.train(TEXT);
    TokenFileWriter.Disk tried =
        new TokenFileWriter.Disk() {
          @Override
          public void publish(Path written, Path target) throws IOException {
            assertThatIOException()
                .isThrownBy(() -> made(TEXT, tokenizer, SILENT))
                .withMessageStartingWith(part() + " is being written by another process");
            TokenFileWriter.Disk.super.publish(written, target);
          }
        };

    try (TokenFile tokens =
        encoding(TEXT, tokenizer, tried).make(source(TEXT), tokenizer, SILENT)) {
      assertThat(tokens.toArray()).isEqualTo(tokenizer.encode(TEXT));
    }
  }

  /** Encodes slowly, until it is killed. */
  static final class Slow {
    private Slow() {}

    public static void main(String[] arguments) throws IOException {
      Tokenizer tokenizer = VerbatimTokenizer.train(TEXT);
      TokenFileWriter.Disk slow =
          new TokenFileWriter.Disk() {
            @Override
            public void write(FileChannel file, byte[] bytes, int count) throws IOException {
              TokenFileWriter.Disk.super.write(file, bytes, count);
              System.out.println(count);
              try {
                Thread.sleep(20);
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            }
          };
      new CorpusEncoding(Path.of(arguments[0]), key(TEXT, tokenizer), slow, 64)
          .make(source(TEXT), tokenizer, SILENT);
    }
  }

  @Test
  void aKilledProcessIsGoneOnWith() throws Exception {
    Process child = ChildJvm.start(Slow.class, file().toString());
    try (var lines = child.inputReader()) {
      for (int i = 0; i < 4; i++) {
        assertThat(lines.readLine()).isNotNull();
      }
      child.destroyForcibly();
      assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(file()).doesNotExist();
    Told told = new Told();
    Tokenizer tokenizer = VerbatimTokenizer.train(TEXT);

    assertThat(made(TEXT, tokenizer, told)).isEqualTo(tokenizer.encode(TEXT));

    assertThat(told.events).singleElement().asString().matches("going on with (192|256|320)");
  }
}
