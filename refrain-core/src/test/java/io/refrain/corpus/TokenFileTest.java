package io.refrain.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.refrain.corpus.TokenFileException.Defect;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {
  private static final int PER_BLOCK = 7;

  @TempDir Path folder;

  static TokenFileKey key(int vocabulary) {
    return new TokenFileKey("0123456789".repeat(4), "ab".repeat(20), vocabulary);
  }

  private static int[] ids(int count, int vocabulary) {
    int[] ids = new SplittableRandom(count).ints(count, 0, vocabulary).toArray();
    if (count > 2) {
      ids[1] = vocabulary - 1;
    }
    return ids;
  }

  private Path written(int[] ids, int vocabulary) throws IOException {
    Path file = folder.resolve("a.tokens");
    Files.deleteIfExists(file);
    TokenFileHeader header =
        new TokenFileHeader(key(vocabulary), PER_BLOCK, TokenFileHeader.GROWING);
    try (TokenFileWriter writer = TokenFileWriter.open(file, header, TokenFileWriter.Disk.REAL)) {
      writer.goOn((tokens, of) -> {});
      writer.beginPiece(0);
      writer.append(ids, 0);
      writer.finish();
    }
    return file;
  }

  private static TokenFile open(Path file) throws IOException {
    return TokenFile.open(file, (tokens, of) -> {});
  }

  private static Defect defectOf(Path file) {
    try (TokenFile tokens = open(file)) {
      throw new AssertionError("read " + tokens.size());
    } catch (TokenFileException e) {
      assertThat(e.getMessage()).startsWith(file.toString()).doesNotContain("\n");
      return e.defect();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 256, 257, 65_536, 65_537, Integer.MAX_VALUE})
  void tokensOfEveryWidthComeBack(int vocabulary) throws IOException {
    for (int count : new int[] {0, 1, 6, 7, 8, 14, 50}) {
      int[] ids = ids(count, vocabulary);
      try (TokenFile tokens = open(written(ids, vocabulary))) {
        assertThat(tokens.size()).isEqualTo(count);
        assertThat(tokens.key()).isEqualTo(key(vocabulary));
        assertThat(tokens.toArray()).isEqualTo(ids);
        for (int from = 0; from < count; from += 3) {
          for (int to = from; to <= count; to += 5) {
            int[] into = new int[to - from + 2];
            tokens.read(from, into, 1, to - from);
            assertThat(Arrays.copyOfRange(into, 1, to - from + 1))
                .isEqualTo(Arrays.copyOfRange(ids, from, to));
          }
        }
      }
    }
  }

  @Test
  void onlyWhatIsThereCanBeRead() throws IOException {
    TokenFile tokens = open(written(ids(10, 5), 5));

    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> tokens.read(8, new int[9], 0, 3));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> tokens.read(-1, new int[9], 0, 3));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> tokens.read(0, new int[9], 7, 3));
    tokens.close();
    assertThatIllegalStateException().isThrownBy(() -> tokens.read(0, new int[1], 0, 1));
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(written(ids(20, 300), 300));
    Path file = folder.resolve("cut.tokens");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(defectOf(file))
          .as("%d bytes", length)
          .isEqualTo(length < 8 ? Defect.FOREIGN : Defect.LENGTH);
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    assertThat(defectOf(file)).isEqualTo(Defect.LENGTH);
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(written(ids(20, 300), 300));
    Path file = folder.resolve("flipped.tokens");
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, flipped);
      assertThat(defectOf(file))
          .as("bit %d of byte %d", bit % 8, bit / 8)
          .isEqualTo(bit < 64 ? Defect.FOREIGN : Defect.DAMAGED);
    }
  }

  /** Puts the right checksum to a header that is wrong. */
  private Path forged(byte[] file, int at, int value) throws IOException {
    byte[] forged = file.clone();
    ByteBuffer bytes = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(at, value);
    CRC32C crc = new CRC32C();
    crc.update(forged, 0, TokenFileHeader.BYTES - 4);
    bytes.putInt(TokenFileHeader.BYTES - 4, (int) crc.getValue());
    return Files.write(folder.resolve("forged.tokens"), forged);
  }

  @Test
  void aHeaderIsNotBelievedForItsChecksum() throws IOException {
    byte[] whole = Files.readAllBytes(written(ids(20, 300), 300));
    int[] sound = {1, 2, PER_BLOCK, 300, 20, 0};
    int[] places = {8, 12, 16, 20, 24, 28};
    int[] values = {-1, 0, 1, 3, 21, 1 << 24, Integer.MAX_VALUE, Integer.MIN_VALUE};
    for (int i = 0; i < places.length; i++) {
      for (int value : values) {
        if (value != sound[i]) {
          assertThat(defectOf(forged(whole, places[i], value)))
              .as("%d at byte %d", value, places[i])
              .isNotEqualTo(Defect.FOREIGN);
        }
      }
    }
    assertThat(defectOf(forged(whole, 8, 2))).isEqualTo(Defect.NEWER);
    assertThat(defectOf(forged(whole, 72, 2))).isEqualTo(Defect.DAMAGED);
  }

  @Test
  void anIdOutsideTheVocabularyIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(written(new int[] {0, 299, 3}, 300));

    assertThatExceptionOfType(TokenFileException.class)
        .isThrownBy(() -> open(forged(whole, 20, 299)))
        .withMessageEndingWith("holds the id 299, but its vocabulary has 299");
  }

  @Test
  void aBlockInAnothersPlaceIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(written(ids(21, 300), 300));
    int block = PER_BLOCK * 2 + TokenFileHeader.TRAILER_BYTES;
    System.arraycopy(whole, TokenFileHeader.BYTES, whole, TokenFileHeader.BYTES + block, block);

    assertThat(defectOf(Files.write(folder.resolve("moved.tokens"), whole)))
        .isEqualTo(Defect.DAMAGED);
  }

  @Test
  void somethingElseIsNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "It was the best of times. ".repeat(9));

    assertThatExceptionOfType(TokenFileException.class)
        .isThrownBy(() -> open(text))
        .withMessage(text + " is no file of tokens: move it away, or delete it");
    assertThatExceptionOfType(java.nio.file.NoSuchFileException.class)
        .isThrownBy(() -> open(folder.resolve("none")));
  }

  @Test
  void aWriterTakesOnlyIds() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> written(new int[] {5}, 5))
        .withMessage("token id: expected 0 to 4, got 5");
    assertThat(defectOf(folder.resolve("a.tokens"))).isEqualTo(Defect.LENGTH);
  }

  @Test
  void aFileBeginsWithItsMarkAndItsVersion() {
    byte[] header = new TokenFileHeader(key(300), PER_BLOCK, 20).toBytes();

    assertThat(Arrays.copyOf(header, 12))
        .isEqualTo("RFTOKENS\1\0\0\0".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void placesBeyondTwoGigabytesAreComputedInLongs() {
    TokenFileHeader header = new TokenFileHeader(key(100_000), 1 << 20, 3_000_000_000L);

    assertThat(header.blocks()).isEqualTo(2_862);
    assertThat(header.blockStart(2_861)).isEqualTo(80 + 2_861 * (4L * 1_048_576 + 20));
    assertThat(header.tokensOf(2_861)).isEqualTo(24_064);
    assertThat(header.fileBytes()).isEqualTo(80 + 4 * 3_000_000_000L + 2_862 * 20L);
  }

  /** The file is a hole but for its header and its last tokens. */
  @Test
  void theEndOfALargeFileIsRead() throws IOException {
    int perBlock = 1 << 20;
    long tokens = 2_200_000_000L;
    long last = tokens / perBlock; // the number of the last block
    long lastStart = 80 + last * (2L * perBlock + 20);
    Path file = folder.resolve("large.tokens");
    TokenFileHeader header = new TokenFileHeader(key(60_000), perBlock, tokens);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(header.toBytes()), 0);
      channel.write(littleEndian(7, 50_007), lastStart - 20 - 2 * 2); // ends the block before
      channel.write(littleEndian(9, 50_009), lastStart);
      channel.write(littleEndian(11, 50_011), lastStart + 2 * (tokens % perBlock - 2));
      channel.write(ByteBuffer.allocate(20), lastStart + 2 * (tokens % perBlock));
    }

    try (TokenFile large = TokenFile.map(file)) {
      assertThat(large.size()).isEqualTo(tokens);
      int[] across = new int[4];
      large.read(last * perBlock - 2, across, 0, 4);
      assertThat(across).containsExactly(7, 50_007, 9, 50_009);
      int[] end = new int[3];
      large.read(tokens - 3, end, 0, 3);
      assertThat(end).containsExactly(0, 11, 50_011);
    }
  }

  private static ByteBuffer littleEndian(int... ids) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int id : ids) {
      bytes.putShort((short) id);
    }
    return bytes.flip();
  }

  @Test
  void keysAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenFileKey("X".repeat(40), "0".repeat(40), 3))
        .withMessageStartingWith("SHA-1 of the text: expected 40 hexadecimal digits");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenFileKey("0".repeat(40), "0".repeat(40), 0));
    assertThat(key(5).fileName("book")).matches("book-[0-9a-f]{12}\\.tokens");
  }
}
