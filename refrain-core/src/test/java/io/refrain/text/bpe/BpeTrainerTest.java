package io.refrain.text.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BpeTrainerTest {
  @Provide
  static Arbitrary<String> texts() {
    return TextParts.texts();
  }

  @Property
  void mergesAreThoseOfCountingAnewEachTime(
      @ForAll("texts") String text, @ForAll @IntRange(min = 1, max = 3) int minimumCount) {
    String twice = text + " aaaa " + text;
    BpeTrainer.Options options =
        new BpeTrainer.Options(300, minimumCount, List.of("<s>"), SplitPattern.CL100K);

    assertThat(merges(trained(options, 1, twice))).isEqualTo(mergesCountedAnew(options, twice));
  }

  @Property(tries = 3)
  void threadsAndBlocksChangeNothing(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < 1_500_000) {
      text.append("aeioutnrsl dé".charAt(random.nextInt(13)));
    }
    BpeTrainer.Options options = BpeTrainer.Options.ofSize(400);
    String whole = text.toString();
    int cut = options.pattern().lastCut(whole, 1, 700_000);

    List<String> expected = merges(trained(options, 1, whole));

    assertThat(merges(trained(options, 3, whole))).isEqualTo(expected);
    assertThat(merges(trained(options, 2, whole.substring(0, cut), whole.substring(cut))))
        .isEqualTo(expected);
  }

  /** These 65,536 words have one value under the hash of {@link String}. */
  @Test
  @Timeout(20)
  void wordsThatAreMadeToCollideTakeNoLonger() {
    StringBuilder text = new StringBuilder();
    for (int word = 0; word < 1 << 16; word++) {
      for (int bit = 0; bit < 16; bit++) {
        text.append((word >> bit & 1) == 0 ? "Aa" : "BB");
      }
      text.append(' ');
    }

    assertThat(trained(BpeTrainer.Options.ofSize(260), 1, text.toString()).merges()).isEqualTo(3);
  }

  /** What {@code BpeTrainer} of Hugging Face's tokenizers 0.23.2 makes of the same text. */
  @Test
  void mergesAreThoseOfHuggingFace() throws IOException {
    BpeModel model = trained(BpeTrainer.Options.ofSize(1000), 1, resource("poem.txt"));

    assertThat(merges(model)).isEqualTo(resource("poem-merges.txt").lines().toList());
  }

  /** Of special tokens, some are spelled as what merges come to, and some are not. */
  @Test
  void specialTokensAreThoseOfHuggingFaceWhateverTheirCharacters() throws IOException {
    List<String> specials = List.of("\n", " the", "he", "<é b>");

    BpeModel model =
        trained(
            new BpeTrainer.Options(290, 2, specials, SplitPattern.GPT2), 1, resource("poem.txt"));

    assertThat(String.join(", ", merges(model)))
        .isEqualTo(
            "Ġ t, h e, = =, Ã ©, a a, n d, o u, ð Ł, Ġ i, Ġ s, Ġt he, a nd, Ġ b, Ġ w, a t, e n,"
                + " r e, æ ĺ, æ ľ, Ġ l, Ġ m, Ġ and, c k, l l, m p, o n, t Ã©, Ġ d, Ġ Ġ, İ æľ,"
                + " Ġt h");
    assertThat(model.id(utf8("\n"))).isEqualTo(202);
    assertThat(model.id(utf8(" the"))).isEqualTo(269);
    assertThat(model.id(utf8("he"))).isEqualTo(2);
    assertThat(List.of(model.length(0), model.length(1), model.length(2), model.length(3)))
        .as("a token that is spelled otherwise is not the model's")
        .containsExactly(0, 0, 2, 0);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = BpeTrainerTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void idsAreSpecialsThenBytesThenMerges() {
    BpeModel model =
        trained(
            new BpeTrainer.Options(260, 2, List.of("<a>", "<b>"), SplitPattern.GPT2),
            1,
            "ab ab ab");

    assertThat(model.size()).isEqualTo(260);
    assertThat(model.token(1)).isEqualTo("<b>".getBytes(StandardCharsets.UTF_8));
    assertThat(model.token(2)).isEqualTo("!".getBytes(StandardCharsets.UTF_8));
    assertThat(model.id(new byte[] {' '})).isEqualTo(2 + 94 + 12 + 82 + ' ');
    assertThat(merges(model)).containsExactly("a b", "Ġ ab");
  }

  @Test
  void piecesThatWereSeenLeastAreForgotten() {
    BpeTrainer trainer =
        new BpeTrainer(new BpeTrainer.Options(1000, 1, List.of(), SplitPattern.GPT2));
    trainer.count(" ab ab ab cd cd ef ef gh", 1);

    assertThat(trainer.forgetRare(4)).isZero();
    assertThat(trainer.forgetRare(2)).as("one seen once, and two seen twice").isEqualTo(3);
    assertThat(trainer.distinctPieces()).isOne();
    trainer.count(" gh gh gh gh", 1);
    assertThat(merges(trainer.train(tokens -> {}))).containsExactly("g h", "Ġ gh", "a b", "Ġ ab");
    assertThatIllegalArgumentException().isThrownBy(() -> trainer.forgetRare(-1));
  }

  @Test
  void trainingStopsWhereNoPairIsFrequentEnough() {
    BpeModel model =
        trained(new BpeTrainer.Options(1000, 3, List.of(), SplitPattern.GPT2), 1, "ab ab xy xy ab");

    assertThat(merges(model)).containsExactly("a b");
    assertThat(trained(BpeTrainer.Options.ofSize(1000), 1).size()).isEqualTo(257);
  }

  @Test
  void optionsAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BpeTrainer.Options.ofSize(256))
        .withMessageContaining("expected at least 257");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BpeTrainer.Options(500, 0, List.of(), SplitPattern.GPT2))
        .withMessageContaining("minimum count of a pair: expected at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BpeTrainer.Options(500, 1, List.of("a", "a"), SplitPattern.GPT2))
        .withMessageContaining("each of them once");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BpeTrainer.Options(500, 1, List.of("<é>"), SplitPattern.GPT2))
        .withMessageContaining("\"<é>\" is how files spell other bytes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BpeTrainer.Options(500, 1, List.of("\uDE00"), SplitPattern.GPT2))
        .withMessageContaining("half of a surrogate pair");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BpeTrainer(BpeTrainer.Options.ofSize(300)).count("a", 0));
  }

  private static BpeModel trained(BpeTrainer.Options options, int threads, String... texts) {
    BpeTrainer trainer = new BpeTrainer(options);
    for (String text : texts) {
      trainer.count(text, threads);
    }
    return trainer.train(tokens -> {});
  }

  private static List<String> merges(BpeModel model) {
    List<String> merges = new ArrayList<>();
    for (int rank = 0; rank < model.merges(); rank++) {
      merges.add(
          ByteAlphabet.spell(model.token(model.left(rank)))
              + " "
              + ByteAlphabet.spell(model.token(model.right(rank))));
    }
    return merges;
  }

  /** The rule as it is told, without any bookkeeping. */
  private static List<String> mergesCountedAnew(BpeTrainer.Options options, String text) {
    BpeModel bytes =
        trained(new BpeTrainer.Options(257, 1, options.specials(), options.pattern()), 1);
    List<List<Integer>> pieces = new ArrayList<>();
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    options
        .pattern()
        .splitter()
        .split(
            utf8,
            0,
            utf8.length,
            (from, to) -> {
              List<Integer> piece = new ArrayList<>();
              for (int i = from; i < to; i++) {
                piece.add(bytes.id(new byte[] {utf8[i]}));
              }
              pieces.add(piece);
            });
    List<String> spellings = new ArrayList<>();
    for (int id = 0; id < bytes.size(); id++) {
      spellings.add(ByteAlphabet.spell(bytes.token(id)));
    }
    List<String> merges = new ArrayList<>();
    while (spellings.size() < options.vocabularySize()) {
      Map<List<Integer>, Integer> counts = new HashMap<>();
      for (List<Integer> piece : pieces) {
        for (int i = 0; i + 1 < piece.size(); i++) {
          counts.merge(List.copyOf(piece.subList(i, i + 2)), 1, Integer::sum);
        }
      }
      List<Integer> best = null;
      for (Map.Entry<List<Integer>, Integer> entry : counts.entrySet()) {
        if (best == null || isBetter(entry.getKey(), entry.getValue(), best, counts.get(best))) {
          best = entry.getKey();
        }
      }
      if (best == null || counts.get(best) < options.minimumCount()) {
        break;
      }
      merges.add(spellings.get(best.get(0)) + " " + spellings.get(best.get(1)));
      spellings.add(spellings.get(best.get(0)) + spellings.get(best.get(1)));
      for (List<Integer> piece : pieces) {
        for (int i = 0; i + 1 < piece.size(); i++) {
          if (piece.subList(i, i + 2).equals(best)) {
            piece.set(i, spellings.size() - 1);
            piece.remove(/* index */ i + 1);
          }
        }
      }
    }
    return merges;
  }

  private static boolean isBetter(
      List<Integer> pair, int count, List<Integer> best, int bestCount) {
    if (count != bestCount) {
      return count > bestCount;
    }
    int left = Integer.compare(pair.get(0), best.get(0));
    return left != 0 ? left < 0 : pair.get(1) < best.get(1);
  }
}
