package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What figures need is there. */
class PublishedFigureTest {
  static Stream<PublishedFigure> figures() {
    return PublishedFigure.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("figures")
  void hasARecipeOfAKnownText(PublishedFigure figure) throws IOException {
    assertThat(Recipes.NAMES).contains(figure.recipe());
    Recipes recipe = Recipes.of(figure.recipe(), Set.of());
    assertThat(Texts.isKnown(recipe.valueOf("corpus"))).isTrue();
    String validation = recipe.valueOf("validation-text");
    assertThat(validation == null || Texts.isKnown(validation)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("figures")
  void isOfAKnownTextAndLeavesTimeToValidate(PublishedFigure figure) throws IOException {
    if (figure.trial() instanceof Unseen unseen) {
      assertThat(unseen.test() == null || Texts.isKnown(unseen.test())).isTrue();
      String minutes = Recipes.of(figure.recipe(), Set.of()).valueOf("minutes");
      assertThat(Double.parseDouble(minutes)).isLessThan(unseen.minutes());
    }
    assertThat(figure.trial().targets()).allMatch(target -> target.most() > 0);
  }

  @Test
  void everyNameIsOfOne() {
    assertThat(figures().map(PublishedFigure::recipe)).doesNotHaveDuplicates();
  }
}
