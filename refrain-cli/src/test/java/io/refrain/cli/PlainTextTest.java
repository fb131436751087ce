package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PlainTextTest {
  @Test
  void showsControlCharactersHarmlessly() {
    assertThat(PlainText.of("a\u001b[31mb\u202ec\u0085d\te\nf\u0000"))
        .hasToString("a\u241b[31mb\ufffdc\ufffdd e\u21b5f\u2400");
    assertThat(PlainText.of(" \n ").isEmpty()).isTrue();
  }

  @Test
  void wrapsBetweenWords() {
    assertThat(PlainText.of("it was the best of times").wrapped(10))
        .containsExactly("it was the", "best of", "times");
    assertThat(PlainText.of("abcdefghijkl").wrapped(5)).containsExactly("abcde", "fghij", "kl");
  }

  @Test
  void countsTwoColumnsForAnIdeograph() {
    assertThat(PlainText.of("語語語").wrapped(4)).containsExactly("語語", "語");
  }

  @Property
  void neverWritesAControlCharacter(@ForAll String text) {
    assertThat(PlainText.of(text).toString().codePoints())
        .noneMatch(Character::isISOControl)
        .noneMatch(codePoint -> Character.getType(codePoint) == Character.FORMAT);
  }
}
