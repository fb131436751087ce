package io.refrain.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.nn.Parameter;
import io.refrain.text.BpeTokenizer;
import io.refrain.text.CharacterTokenizer;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import io.refrain.text.UnicodeWordTokenizer;
import io.refrain.text.VerbatimTokenizer;
import io.refrain.text.WhitespaceTokenizer;
import io.refrain.text.WordTokenizer;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.SplitPattern;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class LineScorerTest {
  private static final Tokenizer LETTERS = VerbatimTokenizer.train("abcde fgh\nij🙂\n");

  private static LanguageModel model(Tokenizer tokenizer) {
    LanguageModel model =
        new LanguageModel(
            new LanguageModelConfig(tokenizer.size(), 0, CellKind.GRU, 8, 1),
            new SplittableRandom(1));
    for (Parameter parameter : model.parameters().values()) {
      for (int i = 0; i < parameter.size(); i++) {
        parameter.data()[i] *= 3; // sharper than at the beginning
      }
    }
    return model;
  }

  private static List<LineScore> score(Tokenizer tokenizer, String... lines) {
    return new LineScorer(model(tokenizer), tokenizer, ThreadTeam.single()).score(List.of(lines));
  }

  /** log P of each token after the first, by reading one after another. */
  private static double[] oneByOne(Tokenizer tokenizer, int... tokens) {
    FrozenLanguageModel model = model(tokenizer).freeze();
    FrozenLanguageModel.State state = model.initialState();
    double[] result = new double[tokens.length - 1];
    for (int i = 0; i < result.length; i++) {
      model.advance(state, tokens[i]);
      double sum = 0;
      for (float logit : state.logits()) {
        sum += Math.exp(logit);
      }
      result[i] = state.logits()[tokens[i + 1]] - Math.log(sum);
    }
    return result;
  }

  private static void assertScore(LineScore actual, double[] logProbabilities, int characters) {
    double sum = Arrays.stream(logProbabilities).sum();
    assertThat(actual.score().logProbability()).isCloseTo(sum, within(1e-4));
    assertThat(actual.score().tokens()).isEqualTo(logProbabilities.length);
    assertThat(actual.score().characters()).isEqualTo(characters);
    assertThat(actual.leastLikely().orElseThrow().logProbability())
        .isCloseTo(Arrays.stream(logProbabilities).min().orElseThrow(), within(1e-5));
  }

  @Property(tries = 60)
  void aLineFollowsALineEndAndIsFollowedByOne(
      @ForAll @StringLength(max = 30) @CharRange(from = 'a', to = 'j') String line) {
    LineScore actual = score(LETTERS, line).getFirst();

    double[] expected = oneByOne(LETTERS, LETTERS.encode("\n" + line + "\n"));
    assertScore(actual, expected, line.length() + 1);
    assertThat(actual.text()).isEqualTo(line);
    assertThat(actual.unknown()).isZero();
    LineScore.UnlikelyToken least = actual.leastLikely().orElseThrow();
    assertThat(expected[least.at()]).isCloseTo(least.logProbability(), within(1e-5));
    assertThat(LETTERS.piece(least.token()))
        .isEqualTo((line + "\n").substring(least.at()).substring(0, 1));
  }

  @Property(tries = 50)
  void whatIsGatheredChangesNothingAndKeepsTheOrder(
      @ForAll @Size(max = 14)
          List<@StringLength(max = 30) @CharRange(from = 'a', to = 'k') String> lines,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 60) int tokens,
      @ForAll @IntRange(min = 1, max = 12) int mostLines,
      @ForAll @IntRange(min = 1, max = 100) int mostCharacters,
      @ForAll @IntRange(min = 1, max = 3) int threads) {
    List<LineScore> streamed = new ArrayList<>();
    LanguageModel model = model(LETTERS);
    try (ThreadTeam team = new ThreadTeam(threads)) {
      LineScorer scorer =
          new LineScorer(
              LETTERS, new BatchScorer(model, team, new BatchScorer.Options(rows, tokens)));
      LineStream stream = new LineStream(scorer, streamed::add, mostLines, mostCharacters);
      lines.forEach(stream::add);
      stream.flush();
      stream.flush();
    }
    LineScorer alone = new LineScorer(model, LETTERS, ThreadTeam.single());
    List<LineScore> expected =
        lines.stream().map(line -> alone.score(List.of(line)).getFirst()).toList();
    assertThat(streamed).isEqualTo(expected);
  }

  @Test
  void aStreamHandsOnAsSoonAsItHasEnough() {
    List<String> scored = new ArrayList<>();
    LineScorer scorer = new LineScorer(model(LETTERS), LETTERS, ThreadTeam.single());
    LineStream stream = new LineStream(scorer, score -> scored.add(score.text()), 3, 10);
    stream.add("ab");
    stream.add("cd");
    assertThat(scored).isEmpty();
    stream.add("");
    assertThat(scored).as("three lines").containsExactly("ab", "cd", "");
    stream.add("abcdef");
    stream.add("fghij");
    assertThat(scored).as("a line for which there is no room").hasSize(4);
    stream.add("a".repeat(50));
    assertThat(scored).as("one that is too long by itself").hasSize(6);
    stream.add("b");
    stream.flush();
    assertThat(scored).hasSize(7);
  }

  @Test
  void charactersOutsideTheBasicPlaneCountOnce() {
    LineScore line = score(LETTERS, "🙂a🙂🙂").getFirst();
    assertThat(line.score().characters()).isEqualTo(5);
    assertThat(line.score().tokens()).isEqualTo(5);
    assertThat(line.leastLikely().orElseThrow().at()).isBetween(0, 4);
  }

  @Test
  void unknownTokensCount() {
    LineScore line = score(LETTERS, "aXbX").getFirst();
    assertThat(line.unknown()).isEqualTo(2);
    int unknown = LETTERS.unknownId().orElseThrow();
    int[] tokens = LETTERS.encode("\naXbX\n");
    assertThat(tokens[2]).isEqualTo(unknown);
    assertScore(line, oneByOne(LETTERS, tokens), 5);
  }

  /** The line's own end where the model knows it, else the one that it knows. */
  @Test
  void aCarriageReturnCountsWhereTheModelKnowsIt() {
    List<LineScore> lines = score(LETTERS, "ab\r", "ab", "\r");
    assertThat(lines.get(0)).isEqualTo(lines.get(1));
    assertThat(lines.get(2).text()).isEmpty();
    assertThat(lines.get(2).score().tokens()).isEqualTo(1);

    Tokenizer both = VerbatimTokenizer.train("ab\r\nba\r\n");
    LineScore line = score(both, "ab\r").getFirst();
    assertThat(line.text()).isEqualTo("ab");
    assertScore(line, oneByOne(both, both.encode("\nab\r\n")), 4);

    Tokenizer words = UnicodeWordTokenizer.train("one two\r\ntwo one\r\n");
    List<LineScore> ofWords = score(words, "one two\r", "one two");
    assertThat(ofWords.get(0)).isEqualTo(ofWords.get(1));
    assertScore(ofWords.get(0), oneByOne(words, words.encode("\r\none two\r\n")), 9);
  }

  /** Each counts with the space before it, if there is one. */
  @Test
  void wordsOfCutCorporaEndWithALineEndToo() {
    Tokenizer words = WhitespaceTokenizer.train("one two\ntwo three\n");
    LineScore line = score(words, "one three two").getFirst();
    assertScore(line, oneByOne(words, words.encode("\none three two\n")), 14);
  }

  @Test
  void withoutLineEndsTheFirstTokenIsGiven() {
    Tokenizer letters = CharacterTokenizer.train("abc cab");
    assertThat(new LineScorer(model(letters), letters, ThreadTeam.single()).knowsLineEnds())
        .isFalse();
    List<LineScore> lines = score(letters, "cab a", "b", "", "?");
    assertScore(lines.get(0), oneByOne(letters, letters.encode("cab a")), 4);
    for (LineScore line : lines.subList(1, 4)) {
      assertThat(line.score()).isEqualTo(new Score(0, 0, 0));
      assertThat(line.score().bitsPerCharacter()).isNaN();
      assertThat(line.leastLikely()).isEmpty();
    }
    LineScore given = score(letters, "aab").getFirst();
    assertThat(given.leastLikely().orElseThrow().at()).isBetween(1, 2);
  }

  /** As those of a text are. */
  @Test
  void unknownTokensCountWhereTheyArePredicted() {
    Tokenizer words = WordTokenizer.train("one two three");
    List<LineScore> lines = score(words, "zebra", "zebra one zulu", "one zebra");
    assertThat(lines).extracting(LineScore::unknown).containsExactly(0, 1, 1);
    assertThat(lines).extracting(line -> line.score().tokens()).containsExactly(0L, 2L, 1L);
  }

  /** Bytes, "ba", "bar", " b", " bar", and whatever is joined with a line feed. */
  private static BpeTokenizer bytePairs(boolean prefixSpace, String... withLineFeed) {
    List<byte[]> tokens = new ArrayList<>();
    for (int value = 0; value < 256; value++) {
      tokens.add(new byte[] {(byte) value});
    }
    List<String> merged = new ArrayList<>(List.of(withLineFeed));
    int joined = 256 + merged.size();
    merged.addAll(List.of("ba", "bar", " bar"));
    merged.forEach(token -> tokens.add(token.getBytes(StandardCharsets.US_ASCII)));
    List<Integer> lefts = new ArrayList<>();
    List<Integer> rights = new ArrayList<>();
    for (String token : withLineFeed) {
      lefts.add((int) token.charAt(0));
      rights.add((int) token.charAt(1));
    }
    lefts.addAll(List.of((int) 'b', joined, (int) ' '));
    rights.addAll(List.of((int) 'a', (int) 'r', joined + 1));
    BpeModel model =
        new BpeModel(
            tokens,
            lefts.stream().mapToInt(i -> i).toArray(),
            rights.stream().mapToInt(i -> i).toArray(),
            false);
    return new BpeTokenizer(
        model, new BpeTokenizer.Settings(SplitPattern.GPT2, prefixSpace, false, List.of()));
  }

  /** The tokens of a text from the first line feed to the last. */
  private static int[] betweenLineFeeds(BpeTokenizer tokenizer, String text) {
    Encoding encoding = tokenizer.encodeWithOffsets(text);
    int from = Arrays.binarySearch(encoding.starts(), text.indexOf('\n'));
    int to = Arrays.binarySearch(encoding.starts(), text.lastIndexOf('\n'));
    return Arrays.copyOfRange(encoding.ids(), from, to + 1);
  }

  /** Whether or not the tokenizer puts a space in front of a text. */
  @Test
  void bytePairsOfALineAreThoseWithinATextOfLines() {
    for (boolean prefixSpace : new boolean[] {false, true}) {
      BpeTokenizer tokenizer = bytePairs(prefixSpace, " \n");
      for (String line : List.of("bar", "bar bar", "", " bar", "été, bar", "\tbar", "  bar")) {
        int[] tokens = betweenLineFeeds(tokenizer, "bar\n" + line + "\nbar");

        LineScore score = score(tokenizer, line).getFirst();

        assertScore(score, oneByOne(tokenizer, tokens), line.length() + 1);
        LineScore.UnlikelyToken least = score.leastLikely().orElseThrow();
        String piece = tokenizer.piece(least.token());
        assertThat((line + "\n").substring(least.at()))
            .matches(rest -> piece.equals("\uFFFD") || rest.startsWith(piece)); // part of a letter
      }
    }
    assertThat(score(bytePairs(true), "bar").getFirst().score().tokens()).isEqualTo(2);
  }

  /** A line end that is joined with the next one, or with a space, is one by itself here. */
  @Test
  void aLineSharesNoTokenWithTheLineBefore() {
    for (boolean prefixSpace : new boolean[] {false, true}) {
      BpeTokenizer tokenizer = bytePairs(prefixSpace, "\n\n", "\n ", " \n");
      assertThat(tokenizer.encode("bar\n\n")).endsWith(256);
      assertScore(score(tokenizer, "").getFirst(), oneByOne(tokenizer, '\n', '\n'), 1);
      int bar = tokenizer.encode(" bar")[0];
      assertScore(
          score(tokenizer, "  bar").getFirst(), oneByOne(tokenizer, '\n', ' ', bar, '\n'), 6);
    }
  }

  @Test
  void aLineThatIsLongIsReadInStretches() {
    SplittableRandom random = new SplittableRandom(6);
    String line =
        random.ints(30_000, 'a', 'k').mapToObj(Character::toString).collect(Collectors.joining());
    LineScore scored = score(LETTERS, "abc", line, "de").get(1);
    assertThat(scored.score().tokens()).isEqualTo(30_001);
    double sum = Arrays.stream(oneByOne(LETTERS, LETTERS.encode("\n" + line + "\n"))).sum();
    assertThat(scored.score().logProbability()).isCloseTo(sum, within(1e-5 * -sum));
  }

  @Test
  void nothingIsScoredAsNothing() {
    assertThat(score(LETTERS)).isEmpty();
    assertThat(score(LETTERS, "").getFirst().score().tokens()).isEqualTo(1);
  }

  @Test
  void linesThatCouldNotBeScoredAreNotScoredAgain() {
    LanguageModel model = model(LETTERS);
    model.parameters().get("linear.bias").data()[2] = Float.NaN;
    LineScorer scorer = new LineScorer(model, LETTERS, ThreadTeam.single());
    List<LineScore> scored = new ArrayList<>();
    LineStream stream = new LineStream(scorer, scored::add);
    stream.add("abc");
    assertThatIllegalArgumentException().isThrownBy(stream::flush);
    stream.flush();
    assertThat(scored).isEmpty();
  }

  @Test
  void spoiledWeightsAreNamed() {
    LanguageModel model = model(LETTERS);
    model.parameters().get("linear.bias").data()[2] = Float.NaN;
    LineScorer scorer = new LineScorer(model, LETTERS, ThreadTeam.single());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scorer.score(List.of("abc")))
        .withMessageContainingAll("NaN", "spoiled", "earlier checkpoint");
  }
}
