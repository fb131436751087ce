package io.refrain.text.bpe;

/** {@link SplitPattern#CL100K}, and the same with numbers of another length. */
final class Cl100kScanner extends PatternScanner {
  private final int digits;

  /** A scanner that cuts numbers after so many digits. */
  Cl100kScanner(int digits) {
    this.digits = digits;
  }

  @Override
  int end(byte[] bytes, int at, int to) {
    int contraction = endOfContraction(bytes, at, to, true);
    if (contraction >= 0) {
      return contraction;
    }
    int c = CharacterClass.at(bytes, at, to);
    if ((c & CharacterClass.LETTER) != 0) {
      return CharacterClass.skip(bytes, at, to, CharacterClass.LETTER);
    }
    if ((c & CharacterClass.NUMBER) != 0) {
      return endOfNumber(bytes, at, to, digits);
    }
    int next = at + (c & CharacterClass.LENGTH);
    if ((c & CharacterClass.NEWLINE) == 0
        && next < to
        && (CharacterClass.at(bytes, next, to) & CharacterClass.LETTER) != 0) {
      return CharacterClass.skip(bytes, next, to, CharacterClass.LETTER);
    }
    int others = endOfOthers(bytes, at, to, c);
    return others >= 0 ? skipNewlines(bytes, others, to) : endOfSpace(bytes, at, to, true);
  }
}
