package io.refrain.text;

/** From places in UTF-8 to places in UTF-16, forwards only. */
final class Utf16Cursor {
  private final byte[] utf8;
  private int at; // where a character begins
  private int index; // its place in UTF-16

  /** At the beginning of well-formed bytes. */
  Utf16Cursor(byte[] utf8) {
    this.utf8 = utf8;
  }

  /** Where the character begins that a byte is part of. */
  int startOf(int place) {
    while (at < utf8.length && at + length() <= place) {
      index += units();
      at += length();
    }
    return index;
  }

  /** Where the character ends that the byte before a place is part of. */
  int endOf(int place) {
    int start = startOf(place);
    return at < place ? start + units() : start;
  }

  private int length() {
    int first = utf8[at] & 0xFF;
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }

  private int units() {
    return length() == 4 ? 2 : 1;
  }
}
