package io.refrain.cli;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How this program was started, for commands that a user may paste into a shell. */
final class Invocation {
  /** What the launcher was called by. */
  private static final String PROPERTY = "refrain.command";

  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_@%+=:,./-]+");

  private Invocation() {}

  /** {@return a line that runs this program with these words, in a POSIX shell} */
  static String of(String... words) {
    return quoted(System.getProperty(PROPERTY, "refrain"))
        + Arrays.stream(words).map(word -> " " + quoted(word)).collect(Collectors.joining());
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
