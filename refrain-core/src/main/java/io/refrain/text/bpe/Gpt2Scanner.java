package io.refrain.text.bpe;

/** {@link SplitPattern#GPT2}. */
final class Gpt2Scanner extends PatternScanner {
  @Override
  int end(byte[] bytes, int at, int to) {
    int contraction = endOfContraction(bytes, at, to, false);
    if (contraction >= 0) {
      return contraction;
    }
    int c = CharacterClass.at(bytes, at, to);
    int start = at;
    if (bytes[at] == ' ' && at + 1 < to) {
      start = at + 1;
      c = CharacterClass.at(bytes, start, to);
    }
    if ((c & CharacterClass.LETTER) != 0) {
      return CharacterClass.skip(bytes, start, to, CharacterClass.LETTER);
    }
    if ((c & CharacterClass.NUMBER) != 0) {
      return CharacterClass.skip(bytes, start, to, CharacterClass.NUMBER);
    }
    return (c & CharacterClass.SPACE) == 0
        ? endOfOthers(bytes, start, to, c)
        : endOfSpace(bytes, at, to, false);
  }
}
