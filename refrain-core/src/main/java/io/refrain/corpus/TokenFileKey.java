package io.refrain.corpus;

import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Which tokens a file holds: those of a text, by a tokenizer.
 *
 * @param textSha1 the SHA-1 of the text in UTF-8, as 40 hexadecimal digits
 * @param tokenizerSha1 the SHA-1 of the tokenizer as a {@link TokenizerFile}
 * @param vocabulary the number of ids of the tokenizer
 */
public record TokenFileKey(String textSha1, String tokenizerSha1, int vocabulary) {
  private static final int NAME_DIGITS = 12;

  /** Checks the hashes. */
  public TokenFileKey {
    requireSha1("text", textSha1);
    requireSha1("tokenizer", tokenizerSha1);
    if (vocabulary < 1) {
      throw new IllegalArgumentException(
          "vocabulary of a token file: expected at least 1, got " + vocabulary);
    }
  }

  private static void requireSha1(String what, String sha1) {
    if (!sha1.matches("[0-9a-f]{40}")) {
      throw new IllegalArgumentException(
          "SHA-1 of the %s: expected 40 hexadecimal digits, got %s".formatted(what, sha1));
    }
  }

  /**
   * {@return the key of a text's tokens}
   *
   * @param textSha1 the SHA-1 of the text in UTF-8, as 40 hexadecimal digits
   * @param tokenizer what makes tokens of it
   */
  public static TokenFileKey of(String textSha1, Tokenizer tokenizer) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      TokenizerFile.write(tokenizer, file);
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory cannot fail to be written", e);
    }
    return new TokenFileKey(textSha1, sha1(file.toByteArray()), tokenizer.size());
  }

  /**
   * {@return the name of the file, which no other tokens have}
   *
   * @param corpus what it begins with, for people
   */
  public String fileName(String corpus) {
    byte[] both = (textSha1 + tokenizerSha1).getBytes(StandardCharsets.US_ASCII);
    return "%s-%s.tokens".formatted(corpus, sha1(both).substring(0, NAME_DIGITS));
  }

  private static String sha1(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
