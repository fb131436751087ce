package io.refrain.cli;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.Tokenizer;
import java.util.HexFormat;

/** Shows how a text is cut: in colours on a terminal, in brackets elsewhere. */
final class TokenPicture {
  private static final String RESET = "\u001b[0m";
  private static final char VISIBLE_SPACE = '\u2423';

  /** Backgrounds on which black can be read, in turns. */
  private static final int[] COLOURS = {152, 186, 182, 216, 150};

  private final Tokenizer tokenizer;
  private final boolean inColours;

  TokenPicture(Tokenizer tokenizer, boolean inColours) {
    this.tokenizer = tokenizer;
    this.inColours = inColours;
  }

  /** Tokens side by side; a line ends after one that ends a line. */
  String of(int[] ids) {
    StringBuilder picture = new StringBuilder();
    for (int i = 0; i < ids.length; i++) {
      String piece = tokenizer.piece(ids[i]);
      String shown = show(ids[i]);
      if (inColours) {
        picture.append("\u001b[30;48;5;%dm".formatted(COLOURS[i % COLOURS.length]));
        picture.append(shown).append(RESET);
      } else {
        picture.append('[').append(shown).append(']');
      }
      if (piece.endsWith("\n") && i + 1 < ids.length) {
        picture.append(System.lineSeparator());
      }
    }
    return picture.toString();
  }

  /** A token as text that moves no cursor; one that is a part of a character as its bytes. */
  String show(int id) {
    if (tokenizer instanceof BpeTokenizer bpe) {
      byte[] bytes = bpe.decodeBytes(id);
      String piece = bpe.piece(id);
      if (piece.indexOf('\uFFFD') >= 0) {
        return HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes);
      }
    }
    return PlainText.visible(tokenizer.piece(id));
  }

  /** A token by itself: what is blank has a name, and blanks in others can be seen. */
  String name(int id) {
    String blank = blank(tokenizer.piece(id));
    return blank.isEmpty() ? show(id).replace(' ', VISIBLE_SPACE) : blank;
  }

  /** Any text in a message: what is blank has a name, others stand in quotes and move no cursor. */
  static String quoted(String text) {
    String blank = blank(text);
    return blank.isEmpty() ? "\"" + PlainText.visible(text) + "\"" : blank;
  }

  /** The name of what cannot be seen; empty for anything else. */
  private static String blank(String text) {
    return switch (text) {
      case " " -> "space";
      case "\n" -> "line break";
      case "\r" -> "carriage return";
      case "\t" -> "tab";
      default -> "";
    };
  }
}
