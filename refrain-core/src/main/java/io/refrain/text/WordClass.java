package io.refrain.text;

/** The property Word_Break of a character, as Unicode Standard Annex 29 derives it. */
enum WordClass {
  OTHER,
  LINE_END,
  MARK,
  JOINER,
  REGIONAL_INDICATOR,
  KATAKANA,
  HEBREW,
  LETTER,
  SINGLE_QUOTE,
  DOUBLE_QUOTE,
  MIDDLE_OF_LETTERS,
  MIDDLE_OF_NUMBERS,
  MIDDLE_OF_BOTH,
  NUMERIC,
  CONNECTOR,
  SPACE;

  private static final WordClass[] ASCII = new WordClass[128];

  static {
    for (int c = 0; c < ASCII.length; c++) {
      ASCII[c] = compute(c);
    }
  }

  static WordClass of(int codePoint) {
    return codePoint < ASCII.length ? ASCII[codePoint] : compute(codePoint);
  }

  boolean isLineEnd() {
    return this == LINE_END;
  }

  /** Extend, Format or ZWJ: belongs to what stands before it. */
  boolean isMark() {
    return this == MARK || this == JOINER;
  }

  /** AHLetter. */
  boolean isLetter() {
    return this == LETTER || this == HEBREW;
  }

  boolean isWord() {
    return isLetter() || this == NUMERIC || this == KATAKANA || this == CONNECTOR;
  }

  /** MidLetter or MidNumLetQ. */
  boolean joinsLetters() {
    return this == MIDDLE_OF_LETTERS || this == MIDDLE_OF_BOTH || this == SINGLE_QUOTE;
  }

  /** MidNum or MidNumLetQ. */
  boolean joinsNumbers() {
    return this == MIDDLE_OF_NUMBERS || this == MIDDLE_OF_BOTH || this == SINGLE_QUOTE;
  }

  private static WordClass compute(int codePoint) {
    WordClass listed = listed(codePoint);
    return listed == OTHER ? byCategory(codePoint) : listed;
  }

  /** The characters that the annex names one by one. */
  private static WordClass listed(int codePoint) {
    return switch (codePoint) {
      case '\n', '\r', 0x0B, 0x0C, 0x85, 0x2028, 0x2029 -> LINE_END;
      case 0x200D -> JOINER;
      case 0x200C, 0xFF9E, 0xFF9F -> MARK;
      case 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x309B, 0x309C, 0x30A0, 0x30FC, 0xFF70 ->
          KATAKANA;
      case '\'' -> SINGLE_QUOTE;
      case '"' -> DOUBLE_QUOTE;
      case ':', 0xB7, 0x387, 0x55F, 0x5F4, 0x2027, 0xFE13, 0xFE55, 0xFF1A -> MIDDLE_OF_LETTERS;
      case '.', 0x2018, 0x2019, 0x2024, 0xFE52, 0xFF07, 0xFF0E -> MIDDLE_OF_BOTH;
      case ',', ';', 0x37E, 0x589, 0x60C, 0x60D, 0x66C, 0x7F8, 0x2044 -> MIDDLE_OF_NUMBERS;
      case 0xFE10, 0xFE14, 0xFE50, 0xFE54, 0xFF0C, 0xFF1B -> MIDDLE_OF_NUMBERS;
      case 0x66B -> NUMERIC;
      case 0x202F -> CONNECTOR;
      default -> isNamedLetter(codePoint) ? LETTER : OTHER;
    };
  }

  /** Letters by name that are symbols or punctuation by category. */
  private static boolean isNamedLetter(int codePoint) {
    return (codePoint >= 0x2C2 && codePoint <= 0x2C5)
        || (codePoint >= 0x2D2 && codePoint <= 0x2D7)
        || (codePoint >= 0x2DE && codePoint <= 0x2DF)
        || (codePoint >= 0x2E5 && codePoint <= 0x2EB)
        || (codePoint >= 0x2EF && codePoint <= 0x2FF)
        || (codePoint >= 0x55A && codePoint <= 0x55C)
        || (codePoint >= 0xA708 && codePoint <= 0xA716)
        || (codePoint >= 0xA720 && codePoint <= 0xA721)
        || (codePoint >= 0xA789 && codePoint <= 0xA78A)
        || codePoint == 0x2ED
        || codePoint == 0x55E
        || codePoint == 0x58A
        || codePoint == 0x5F3
        || codePoint == 0x70F
        || codePoint == 0xAB5B;
  }

  private static WordClass byCategory(int codePoint) {
    if (codePoint >= 0x1F1E6 && codePoint <= 0x1F1FF) {
      return REGIONAL_INDICATOR;
    }
    if (codePoint >= 0x1F3FB && codePoint <= 0x1F3FF) {
      return MARK; // skin tones
    }
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          MARK;
      case Character.FORMAT -> ofFormat(codePoint);
      case Character.DECIMAL_DIGIT_NUMBER -> NUMERIC;
      case Character.CONNECTOR_PUNCTUATION -> CONNECTOR;
      case Character.SPACE_SEPARATOR ->
          codePoint == 0xA0 || codePoint == 0x2007 ? OTHER : SPACE; // not where no line may end
      default -> Character.isAlphabetic(codePoint) ? ofLetter(codePoint) : OTHER;
    };
  }

  /** Signs that stand before a number are part of it; a space without width parts words. */
  private static WordClass ofFormat(int codePoint) {
    if ((codePoint >= 0x600 && codePoint <= 0x605)
        || codePoint == 0x6DD
        || (codePoint >= 0x890 && codePoint <= 0x891)
        || codePoint == 0x8E2
        || codePoint == 0x110BD
        || codePoint == 0x110CD) {
      return NUMERIC;
    }
    return codePoint == 0x200B ? OTHER : MARK;
  }

  private static WordClass ofLetter(int codePoint) {
    if (Character.isIdeographic(codePoint)) {
      return OTHER;
    }
    return switch (Character.UnicodeScript.of(codePoint)) {
      case KATAKANA -> KATAKANA;
      case HEBREW -> HEBREW;
      // no blanks between words; a dictionary would be needed
      case HIRAGANA, THAI, LAO, KHMER, MYANMAR, TAI_LE, NEW_TAI_LUE, TAI_THAM, TAI_VIET, AHOM ->
          OTHER;
      default -> LETTER;
    };
  }
}
