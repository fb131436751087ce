package io.refrain.text.bpe;

import java.util.List;
import java.util.Map;

/**
 * What cuts a text into the pieces that are encoded one by one: a regular expression whose matches
 * are pieces, as is what lies between them. It is read as Hugging Face's tokenizers read it: {@code
 * \s}, {@code \d} and {@code \w} mean Unicode's, {@code ^} and {@code $} match at each line.
 *
 * <p>The patterns of GPT-2, of {@code cl100k_base} and of {@code o200k_base} are walked by code of
 * their own, all others by java.util.regex.
 */
public final class SplitPattern {
  private static final String GPT2_REGEX =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String CL100K_REGEX = cl100k("\\p{N}{1,3}");
  private static final String ONE_DIGIT_REGEX = cl100k("\\p{N}");
  private static final String O200K_REGEX =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + CONTRACTION
          + "?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
          + CONTRACTION
          + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
          + SPACES;

  /**
   * GPT-2's pattern (Radford et al. 2019), also that of {@code r50k_base} and {@code p50k_base}.
   */
  public static final SplitPattern GPT2 = new SplitPattern(GPT2_REGEX, new Gpt2Scanner());

  /** The pattern of {@code cl100k_base}, also Llama 3's. */
  public static final SplitPattern CL100K = new SplitPattern(CL100K_REGEX, new Cl100kScanner(3));

  /** The pattern of {@code o200k_base}. */
  public static final SplitPattern O200K = new SplitPattern(O200K_REGEX, new O200kScanner());

  /** No pattern: a text is one piece. */
  public static final SplitPattern NONE =
      new SplitPattern(
          "",
          (bytes, from, to, sink) -> {
            if (to > from) {
              sink.piece(from, to);
            }
          });

  private static final Map<String, SplitPattern> KNOWN =
      Map.of(
          GPT2_REGEX,
          GPT2,
          CL100K_REGEX,
          CL100K,
          ONE_DIGIT_REGEX,
          new SplitPattern(ONE_DIGIT_REGEX, new Cl100kScanner(1)),
          O200K_REGEX,
          O200K);

  private final String regex;
  private final Splitter splitter;

  private SplitPattern(String regex, Splitter splitter) {
    this.regex = regex;
    this.splitter = splitter;
  }

  private static String cl100k(String number) {
    return CONTRACTION
        + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
        + number
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
        + SPACES;
  }

  /**
   * {@return the pattern that is written so}
   *
   * @param regex a regular expression; empty for {@link #NONE}
   * @throws IllegalArgumentException if it is none, or means something else to java.util.regex
   */
  public static SplitPattern of(String regex) {
    SplitPattern known = regex.isEmpty() ? NONE : KNOWN.get(regex);
    return known != null
        ? known
        : new SplitPattern(regex, new RegexSplitter(Oniguruma.compile(regex), regex));
  }

  /** The patterns that are walked by code of their own. */
  static List<SplitPattern> scanned() {
    return List.copyOf(KNOWN.values());
  }

  /** {@return the regular expression; empty for {@link #NONE}} */
  public String regex() {
    return regex;
  }

  Splitter splitter() {
    return splitter;
  }

  /** {@return whether it is known where a text may be cut, see {@link #lastCut}} */
  public boolean knowsCuts() {
    return splitter instanceof PatternScanner;
  }

  /**
   * {@return the last place from one index to below another where a text may be cut, whatever
   * follows it; -1 where there is none}
   *
   * <p>A piece ends there in any case: before a blank or a tab that follows something else than
   * white space, and before a line end that follows a letter or digit. Of an unknown pattern there
   * is no such place.
   *
   * @param text the text
   * @param from the first place, at least 1
   * @param to one after the last place, at most the length of the text
   */
  public int lastCut(CharSequence text, int from, int to) {
    for (int cut = knowsCuts() ? to - 1 : -1; cut >= from; cut--) {
      char before = text.charAt(cut - 1);
      boolean fits =
          switch (text.charAt(cut)) {
            case ' ', '\t' ->
                !Character.isWhitespace(before)
                    && !Character.isSpaceChar(before)
                    && before != '\u0085';
            case '\n', '\r' -> Character.isLetterOrDigit(before);
            default -> false;
          };
      if (fits) {
        return cut;
      }
    }
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SplitPattern that && regex.equals(that.regex);
  }

  @Override
  public int hashCode() {
    return regex.hashCode();
  }

  @Override
  public String toString() {
    return regex;
  }
}
