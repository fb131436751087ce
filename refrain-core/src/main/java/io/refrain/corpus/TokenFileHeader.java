package io.refrain.corpus;

import io.refrain.corpus.TokenFileException.Defect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The first {@value #BYTES} bytes of a {@link TokenFile}, and what they say of where tokens lie.
 *
 * @param key which tokens these are
 * @param tokensPerBlock of every block but perhaps the last
 * @param tokens in all; {@link #GROWING} while the file is written
 */
record TokenFileHeader(TokenFileKey key, int tokensPerBlock, long tokens) {
  static final int BYTES = 80;

  /** Where in the text to go on after a block: two numbers; and its checksum. */
  static final int TRAILER_BYTES = 2 * Long.BYTES + Integer.BYTES;

  static final long GROWING = -1;
  static final int VERSION = 1;

  /** A reader takes no larger ones: checking needs room for one. */
  static final int MOST_TOKENS_PER_BLOCK = 1 << 24;

  private static final byte[] MAGIC = "RFTOKENS".getBytes(StandardCharsets.US_ASCII);
  private static final int SHA1_BYTES = 20;

  /** {@return the bytes of one token: 1, 2 or 4, as the vocabulary needs} */
  int width() {
    return key.vocabulary() <= 1 << 8 ? 1 : key.vocabulary() <= 1 << 16 ? 2 : 4;
  }

  /** {@return the bytes of a whole block with its trailer} */
  int blockBytes() {
    return tokensPerBlock * width() + TRAILER_BYTES;
  }

  /** {@return where a block begins in the file} */
  long blockStart(long block) {
    return BYTES + block * blockBytes();
  }

  /** {@return how many blocks there are, the last perhaps not full} */
  long blocks() {
    return Math.ceilDiv(tokens, tokensPerBlock);
  }

  /** {@return how many tokens a block has} */
  int tokensOf(long block) {
    return (int) Math.min(tokensPerBlock, tokens - block * tokensPerBlock);
  }

  /** {@return the bytes of the whole file} */
  long fileBytes() {
    return Math.addExact(
        Math.addExact(BYTES, Math.multiplyExact(tokens, width())),
        Math.multiplyExact(blocks(), TRAILER_BYTES));
  }

  /** {@return a checksum for a block, begun with which tokens these are and which block it is} */
  CRC32C checksum(long block) {
    CRC32C crc = new CRC32C();
    crc.update(key.textSha1().getBytes(StandardCharsets.US_ASCII));
    crc.update(key.tokenizerSha1().getBytes(StandardCharsets.US_ASCII));
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, block));
    return crc;
  }

  TokenFileHeader withTokens(long count) {
    return new TokenFileHeader(key, tokensPerBlock, count);
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).putInt(VERSION).putInt(width()).putInt(tokensPerBlock);
    bytes.putInt(key.vocabulary()).putLong(tokens);
    bytes.put(HexFormat.of().parseHex(key.textSha1()));
    bytes.put(HexFormat.of().parseHex(key.tokenizerSha1()));
    bytes.putInt(0).putInt(checksum(bytes.array()));
    return bytes.array();
  }

  private static int checksum(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, BYTES - Integer.BYTES);
    return (int) crc.getValue();
  }

  /**
   * Reads the header of a file.
   *
   * @param file its name, for messages
   * @param header its first {@value #BYTES} bytes, or all that there are
   */
  static TokenFileHeader of(Path file, byte[] header) throws TokenFileException {
    if (header.length < MAGIC.length || !Arrays.equals(Arrays.copyOf(header, 8), MAGIC)) {
      throw new TokenFileException(
          file, Defect.FOREIGN, "is no file of tokens: move it away, or delete it");
    }
    if (header.length < BYTES) {
      throw new TokenFileException(
          file, Defect.LENGTH, "ends at byte %d, in its header".formatted(header.length));
    }
    ByteBuffer bytes = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes.getInt(8);
    if (bytes.getInt(BYTES - Integer.BYTES) != checksum(header)) {
      throw damaged(file);
    }
    if (version > VERSION) {
      throw new TokenFileException(
          file,
          Defect.NEWER,
          "was written by a newer version (format %d, this one reads %d): update Refrain, or delete it"
              .formatted(version, VERSION));
    }
    try {
      TokenFileHeader read =
          new TokenFileHeader(
              new TokenFileKey(hex(header, 32), hex(header, 32 + SHA1_BYTES), bytes.getInt(20)),
              bytes.getInt(16),
              bytes.getLong(24));
      // The checksum keeps accidents out; whoever forges one meets this.
      if (!Arrays.equals(read.toBytes(), header)
          || read.tokensPerBlock < 1
          || read.tokensPerBlock > MOST_TOKENS_PER_BLOCK
          || read.tokens < GROWING) {
        throw damaged(file);
      }
      return read;
    } catch (IllegalArgumentException e) {
      throw damaged(file);
    }
  }

  private static String hex(byte[] bytes, int from) {
    return HexFormat.of().formatHex(bytes, from, from + SHA1_BYTES);
  }

  private static TokenFileException damaged(Path file) {
    return new TokenFileException(file, Defect.DAMAGED, "is damaged in its header");
  }
}
