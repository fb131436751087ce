package io.refrain.evaluate;

import static io.refrain.evaluate.SmallReading.VOCABULARY;
import static io.refrain.evaluate.SmallReading.assertClose;
import static io.refrain.evaluate.SmallReading.model;
import static io.refrain.evaluate.SmallReading.read;
import static io.refrain.evaluate.SmallReading.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TextReaderTest {
  private static final ThreadTeam ONE = ThreadTeam.single();

  private static List<Double> tokenByToken(LanguageModel model, int[] tokens) {
    FrozenLanguageModel frozen = model.freeze();
    FrozenLanguageModel.State state = frozen.initialState();
    List<Double> each = new ArrayList<>();
    for (int i = 1; i < tokens.length; i++) {
      frozen.advance(state, tokens[i - 1]);
      double sum = 0;
      for (float logit : state.logits()) {
        sum += Math.exp(logit);
      }
      each.add(state.logits()[tokens[i]] - Math.log(sum));
    }
    return each;
  }

  @ParameterizedTest
  @MethodSource("io.refrain.evaluate.SmallReading#models")
  void aTextIsAsLikelyAsTokenByToken(LanguageModel model) {
    int[] tokens = text(1200); // two stretches and a bit
    assertClose(read(new PlainReader(model, ONE), tokens), tokenByToken(model, tokens), 2e-5);
  }

  /** A cache of so many, stretch after stretch, against the formula in doubles. */
  @Property(tries = 60)
  void theCacheIsThatOfTheFormula(
      @ForAll @IntRange(min = 2, max = 60) int length,
      @ForAll @IntRange(min = 1, max = 70) int size,
      @ForAll @IntRange(min = 1, max = 9) int steps,
      @ForAll @DoubleRange(max = 20) double flatness,
      @ForAll @DoubleRange(max = 0.9) double weight) {
    LanguageModel model = model();
    int[] tokens = text(length);
    CachingReader.Options options = new CachingReader.Options(size, flatness, weight);
    // a rate too small to change a weight, for stretches of a length that can be chosen
    TextReader slow =
        new DynamicReader(model, new DynamicReader.Options(steps, 1e-30, 0), null, ONE);

    List<Double> actual = read(new CachingReader(slow, options, ONE), tokens);

    float[][] hidden = hidden(model, tokens);
    List<Double> plain = tokenByToken(model, tokens);
    List<Double> expected = new ArrayList<>();
    for (int t = 0; t < length - 1; t++) {
      double p = Math.exp(plain.get(t));
      expected.add(Math.log(mixed(hidden, tokens, t, options, tokens[t + 1], p)));
    }
    assertClose(actual, expected, 1e-4);
  }

  private static double mixed(
      float[][] hidden, int[] tokens, int t, CachingReader.Options options, int word, double p) {
    double all = 0;
    double same = 0;
    double squares = 0;
    for (int i = 0; i <= t; i++) {
      for (float value : hidden[i]) {
        squares += value * value;
      }
    }
    for (int i = Math.max(0, t - options.size()); i < t; i++) {
      double similarity = 0;
      for (int j = 0; j < hidden[t].length; j++) {
        similarity += hidden[t][j] * hidden[i][j];
      }
      double e = Math.exp(options.flatness() * similarity * (t + 1) / squares);
      all += e;
      same += tokens[i + 1] == word ? e : 0;
    }
    return t == 0 ? p : (1 - options.weight()) * p + options.weight() * same / all;
  }

  private static float[][] hidden(LanguageModel model, int[] tokens) {
    TextReader reader = new PlainReader(model, ONE);
    int count = tokens.length - 1;
    float[] all =
        reader
            .read(Arrays.copyOf(tokens, count), Arrays.copyOfRange(tokens, 1, tokens.length))
            .hidden();
    int width = model.config().outputWidth();
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
    }
    return rows;
  }

  static Stream<BiFunction<LanguageModel, ThreadTeam, TextReader>> adaptive() {
    CachingReader.Options cache = new CachingReader.Options(9, 0.5, 0.3);
    DynamicReader.Options dynamic = new DynamicReader.Options(5, 0.5, 0.1);
    return Stream.of(
        (model, team) -> new CachingReader(new PlainReader(model, team), cache, team),
        (model, team) -> new DynamicReader(model, dynamic, null, team),
        (model, team) -> new DynamicReader(model, dynamic, scale(model, team), team),
        (model, team) ->
            new CachingReader(
                new DynamicReader(model, dynamic, scale(model, team), team), cache, team));
  }

  private static GradientScale scale(LanguageModel model, ThreadTeam team) {
    return GradientScale.measure(model, TokenSource.of(text(200)), 5, 3, 7, team, done -> {});
  }

  @ParameterizedTest
  @MethodSource("adaptive")
  void theProbabilitiesOfAllTokensAddUpToOne(
      BiFunction<LanguageModel, ThreadTeam, TextReader> method) {
    int[] tokens = text(40);
    for (int last = 1; last < tokens.length; last += 6) {
      double sum = 0;
      for (int word = 0; word < VOCABULARY; word++) {
        int[] other = Arrays.copyOf(tokens, last + 1);
        other[last] = word;
        sum += Math.exp(read(method.apply(model(), ONE), other).get(last - 1));
      }
      assertThat(sum).as("position %d", last).isCloseTo(1, within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("adaptive")
  void aTokenSeesOnlyWhatWasBeforeIt(BiFunction<LanguageModel, ThreadTeam, TextReader> method) {
    int[] tokens = text(50);
    int[] other = tokens.clone();
    for (int i = 23; i < other.length; i++) {
      other[i] = (other[i] + 1) % VOCABULARY;
    }
    List<Double> one = read(method.apply(model(), ONE), tokens);
    List<Double> two = read(method.apply(model(), ONE), other);
    assertThat(two.subList(0, 22)).isEqualTo(one.subList(0, 22));
    assertThat(two.subList(22, 49)).isNotEqualTo(one.subList(22, 49));
  }

  @ParameterizedTest
  @MethodSource("adaptive")
  void threadsChangeNothingAndTheModelStays(
      BiFunction<LanguageModel, ThreadTeam, TextReader> method) {
    LanguageModel model = model();
    int[] tokens = text(60);
    List<Double> plain = read(new PlainReader(model, ONE), tokens);
    List<Double> adapted = read(method.apply(model, ONE), tokens);
    assertThat(adapted).isNotEqualTo(plain);
    try (ThreadTeam team = new ThreadTeam(3)) {
      assertThat(read(method.apply(model, team), tokens)).isEqualTo(adapted);
    }
    assertThat(read(new PlainReader(model, ONE), tokens)).isEqualTo(plain);
  }

  @Test
  void learningHelpsWhereATextRepeatsItself() {
    LanguageModel model = model();
    int[] phrase = text(12);
    int[] tokens = new int[600];
    Arrays.setAll(tokens, i -> phrase[i % phrase.length]);
    double plain = sum(read(new PlainReader(model, ONE), tokens));
    CachingReader.Options cache = new CachingReader.Options(50, 2, 0.5);
    DynamicReader.Options dynamic = new DynamicReader.Options(12, 1, 0.001);
    double cached = sum(read(new CachingReader(new PlainReader(model, ONE), cache, ONE), tokens));
    double learned = sum(read(new DynamicReader(model, dynamic, null, ONE), tokens));
    assertThat(cached).isGreaterThan(plain * 0.9);
    assertThat(learned).isGreaterThan(plain * 0.9);
  }

  private static double sum(List<Double> each) {
    return each.stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Less likely than a double can say: log P is below -745. */
  @Test
  void whatTheModelThinksImpossibleIsWhatTheCacheLeavesOfIt() {
    LanguageModel model = model();
    model.parameters().get("linear.bias").data()[3] = -2000;
    int[] tokens = {1, 2, 4, 3, 5, 3};
    CachingReader.Options alike = new CachingReader.Options(9, 0, 0.25);
    List<Double> plain = read(new PlainReader(model, ONE), tokens);
    assertThat(plain.get(2)).isLessThan(-1900);

    List<Double> cached = read(new CachingReader(new PlainReader(model, ONE), alike, ONE), tokens);

    assertThat(cached.get(2))
        .as("never seen")
        .isCloseTo(plain.get(2) + Math.log(0.75), within(1e-3));
    assertThat(cached.get(4)).as("one of four").isCloseTo(Math.log(0.25 / 4), within(1e-5));
  }

  /** Also where hidden states are next to nothing, so that their squares are 0. */
  @Test
  void theSharpestCacheTellsNumbers() {
    CachingReader.Options sharp = new CachingReader.Options(9, 1e6, 0.25);
    LanguageModel faint = model();
    for (Parameter parameter : faint.parameters().values()) {
      for (int i = 0; i < parameter.size(); i++) {
        parameter.data()[i] *= 1e-30f;
      }
    }
    for (LanguageModel model : List.of(model(), faint)) {
      assertThat(read(new CachingReader(new PlainReader(model, ONE), sharp, ONE), text(60)))
          .allMatch(logP -> logP < 0 && logP > -20);
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CachingReader.Options(0, 1, 0.1))
        .withMessage("size of the cache must be at least 1, but is 0");
    for (double flatness : new double[] {-1, 1e6 + 1, 1e39, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new CachingReader.Options(1, flatness, 0.1))
          .withMessage("flatness of the cache must be from 0 to 1000000, but is " + flatness);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CachingReader.Options(1, 1, 1))
        .withMessageStartingWith("weight of the cache must be");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new CachingReader(
                new PlainReader(model(), ONE),
                new CachingReader.Options(Integer.MAX_VALUE, 1, 0.1),
                ONE))
        .withMessageContaining("is too large: make it smaller");
  }
}
