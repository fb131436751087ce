package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VocabularyTest {
  private static final Map<String, Integer> COUNTS =
      Map.of("wells", 1, "the", 9, "time", 4, "machine", 4, "by", 1);

  @Test
  void fallingCountAndThenAlphabetical() {
    Vocabulary vocabulary =
        Vocabulary.fromCounts(
            COUNTS, Vocabulary.Options.of("<unk>", Vocabulary.PADDING, "<bos>", "<eos>"));

    assertThat(vocabulary.tokens())
        .containsExactly(
            "<unk>", "<pad>", "<bos>", "<eos>", "the", "machine", "time", "by", "wells");
    assertThat(vocabulary.specials()).containsExactly("<unk>", "<pad>", "<bos>", "<eos>");
    assertThat(vocabulary.size()).isEqualTo(9);
    assertThat(vocabulary.id("machine")).isEqualTo(5);
    assertThat(vocabulary.token(5)).isEqualTo("machine");
    assertThat(vocabulary.id(Vocabulary.END)).isEqualTo(3);
    assertThat(vocabulary.id(Vocabulary.BEGINNING)).isEqualTo(2);
  }

  @Test
  void tiesAreOrderedByCodePointNotByUtf16Unit() {
    Vocabulary vocabulary =
        Vocabulary.fromCounts(
            Map.of("😀", 1, "\uFF21", 1, "z", 1, "zz", 1), Vocabulary.Options.of("<unk>"));

    assertThat(vocabulary.ordinaryTokens()).containsExactly("z", "zz", "\uFF21", "😀");
  }

  @Test
  void minimumCountLeavesRareTokensOut() {
    Vocabulary vocabulary =
        Vocabulary.fromCounts(COUNTS, Vocabulary.Options.of("<unk>").withMinimumCount(4));

    assertThat(vocabulary.tokens()).containsExactly("<unk>", "the", "machine", "time");
  }

  @Test
  void aMinimumCountThatNothingReachesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            Vocabulary.fromCounts(COUNTS, Vocabulary.Options.of("<unk>").withMinimumCount(10)))
        .withMessageContaining("no token but special ones is seen 10 times or more; use a smaller");
  }

  @Test
  void maximumSizeCountsTheSpecialTokens() {
    Vocabulary vocabulary =
        Vocabulary.fromCounts(COUNTS, Vocabulary.Options.of("<unk>", "<pad>").withMaximumSize(4));

    assertThat(vocabulary.tokens()).containsExactly("<unk>", "<pad>", "the", "machine");
  }

  @Test
  void unknownTokensHaveTheIdOfUnk() {
    Vocabulary vocabulary = Vocabulary.fromCounts(COUNTS, Vocabulary.Options.of("<unk>"));

    assertThat(vocabulary.id("morlock")).isZero();
    assertThat(vocabulary.contains("morlock")).isFalse();
    assertThat(vocabulary.contains("time")).isTrue();
  }

  @Test
  void aSpecialTokenSeenInTheTextKeepsItsPlace() {
    Vocabulary vocabulary =
        Vocabulary.fromCounts(Map.of("<pad>", 7, "a", 1), Vocabulary.Options.of("<unk>", "<pad>"));

    assertThat(vocabulary.tokens()).containsExactly("<unk>", "<pad>", "a");
  }

  @Test
  void idsOutsideTheVocabularyAreNamed() {
    Vocabulary vocabulary = Vocabulary.of(List.of("<unk>", "a"), 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> vocabulary.token(2))
        .withMessage("token id: expected 0 to 1, got 2");
    assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.token(-1));
  }

  @Test
  void restoredVocabulariesAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Vocabulary.of(List.of("<unk>", "a", "a"), 1))
        .withMessageContaining("\"a\" has two ids, 1 and 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Vocabulary.of(List.of("a", "<unk>"), 1))
        .withMessageContaining("expected <unk> first");
    assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.of(List.of(), 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.of(List.of("<unk>"), 2));
  }

  @Test
  void optionsAreChecked() {
    Vocabulary.Options options = Vocabulary.Options.of("<unk>", "<pad>");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withMinimumCount(0))
        .withMessage("minimum count of a token: expected at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withMaximumSize(2))
        .withMessageContaining("expected more than the 2 special tokens, got 2");
    assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.Options.of("<pad>"));
    assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.Options.of("<unk>", "<unk>"));
  }

  @Test
  void equalByTokensAndSpecials() {
    Vocabulary one = Vocabulary.of(List.of("<unk>", "a"), 1);

    assertThat(one).isEqualTo(Vocabulary.of(List.of("<unk>", "a"), 1));
    assertThat(one).hasSameHashCodeAs(Vocabulary.of(List.of("<unk>", "a"), 1));
    assertThat(one).isNotEqualTo(Vocabulary.of(List.of("<unk>", "a"), 2));
    assertThat(one).isNotEqualTo(Vocabulary.of(List.of("<unk>", "b"), 1));
  }
}
