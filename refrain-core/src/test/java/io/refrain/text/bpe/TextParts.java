package io.refrain.text.bpe;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Texts that meet every rule of the patterns, and bytes that are no text. */
public final class TextParts {
  private static final String[] PARTS = {
    "a",
    "the",
    "B",
    "THE",
    "'s",
    "'S",
    "'ll",
    "'LL",
    "'vE",
    "'re",
    "'d",
    "'ſ",
    "'l",
    "'",
    " ",
    "  ",
    "   ",
    "\n",
    "\r\n",
    "\n \n",
    "\t",
    "\u00a0",
    "\u2003",
    "\u0085",
    "1",
    "123",
    "4567",
    "٣",
    "Ⅷ",
    "½",
    ".",
    "...",
    "/",
    "//\n",
    "$",
    "é",
    "e\u0301",
    "\u0301",
    "\u0903",
    "ǅ",
    "ʰ",
    "ß",
    "字",
    "日本",
    "ひ",
    "😀",
    "👩\u200d🔧",
    "\u200b",
    "\u001b",
    "\u0000",
    "ſ",
    "İ",
    "K",
    "Ünïcode",
    "don't",
    " I'm"
  };

  private TextParts() {}

  /** Well-formed texts. */
  public static Arbitrary<String> texts() {
    Arbitrary<String> anyCharacter =
        Arbitraries.integers()
            .between(0, Character.MAX_CODE_POINT)
            .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
            .map(Character::toString);
    Arbitrary<String> part =
        Arbitraries.frequencyOf(Tuple.of(6, Arbitraries.of(PARTS)), Tuple.of(1, anyCharacter));
    return part.list().ofMaxSize(16).map(parts -> String.join("", parts));
  }

  /** Texts with a stretch of any bytes, which is often no UTF-8. */
  public static Arbitrary<byte[]> bytes() {
    Arbitrary<byte[]> noise = Arbitraries.bytes().array(byte[].class).ofMaxSize(6);
    return Combinators.combine(texts(), noise, texts())
        .as((left, middle, right) -> {
          byte[] first = left.getBytes(StandardCharsets.UTF_8);
          byte[] last = right.getBytes(StandardCharsets.UTF_8);
          byte[] all = new byte[first.length + middle.length + last.length];
          System.arraycopy(first, 0, all, 0, first.length);
          System.arraycopy(middle, 0, all, first.length, middle.length);
          System.arraycopy(last, 0, all, first.length + middle.length, last.length);
          return all;
        });
  }
}
