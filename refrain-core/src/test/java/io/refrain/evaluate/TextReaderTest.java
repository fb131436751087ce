package io.refrain.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.model.CellKind;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.LanguageModelRegularization;
import io.refrain.model.OutputConfig;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.nn.recurrent.Regularization;
import io.refrain.optim.Sgd;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TextReaderTest {
  private static final int VOCABULARY = 11;
  private static final ThreadTeam ONE = ThreadTeam.single();

  private static LanguageModel model(boolean tied, OutputConfig output) {
    LanguageModelRegularization strong =
        new LanguageModelRegularization(
            0.3, 0.3, 0.3, new Regularization(0.3, true, 0.3, 0, 0), 0, 0);
    LanguageModelConfig config =
        new LanguageModelConfig(VOCABULARY, 6, CellKind.LSTM, 7, 2, tied, false, strong);
    return new LanguageModel(config.withOutput(output), new SplittableRandom(4));
  }

  private static LanguageModel model() {
    return model(false, new OutputConfig.Full());
  }

  static Stream<LanguageModel> models() {
    return Stream.of(
        model(),
        model(true, new OutputConfig.Full()),
        model(true, new OutputConfig.Sampled(5)),
        model(
            false, new OutputConfig.Adaptive(new AdaptiveSoftmax.Options(List.of(3, 6), 2, true))));
  }

  private static int[] text(int length) {
    return new SplittableRandom(length).ints(length, 0, VOCABULARY).toArray();
  }

  private static List<Double> read(TextReader reader, int[] tokens) {
    List<Double> each = new ArrayList<>();
    RunningScore score = new RunningScore(reader, (token, logP) -> each.add(logP));
    score.read(tokens, new int[tokens.length]);
    assertThat(score.score().tokens()).isEqualTo(tokens.length - 1);
    return each;
  }

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

  private static void assertClose(List<Double> actual, List<Double> expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as("token %d", i).isCloseTo(expected.get(i), within(tolerance));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
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

  static Stream<Function<LanguageModel, TextReader>> adaptive() {
    CachingReader.Options cache = new CachingReader.Options(9, 0.5, 0.3);
    DynamicReader.Options dynamic = new DynamicReader.Options(5, 0.5, 0.1);
    return Stream.of(
        model -> new CachingReader(new PlainReader(model, ONE), cache, ONE),
        model -> new DynamicReader(model, dynamic, null, ONE),
        model -> new DynamicReader(model, dynamic, scale(model), ONE),
        model ->
            new CachingReader(new DynamicReader(model, dynamic, scale(model), ONE), cache, ONE));
  }

  private static GradientScale scale(LanguageModel model) {
    return GradientScale.measure(model, TokenSource.of(text(200)), 5, 3, 7, ONE, done -> {});
  }

  @ParameterizedTest
  @MethodSource("adaptive")
  void theProbabilitiesOfAllTokensAddUpToOne(Function<LanguageModel, TextReader> method) {
    int[] tokens = text(40);
    for (int last = 1; last < tokens.length; last += 6) {
      double sum = 0;
      for (int word = 0; word < VOCABULARY; word++) {
        int[] other = Arrays.copyOf(tokens, last + 1);
        other[last] = word;
        sum += Math.exp(read(method.apply(model()), other).get(last - 1));
      }
      assertThat(sum).as("position %d", last).isCloseTo(1, within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("adaptive")
  void aTokenSeesOnlyWhatWasBeforeIt(Function<LanguageModel, TextReader> method) {
    int[] tokens = text(50);
    int[] other = tokens.clone();
    for (int i = 23; i < other.length; i++) {
      other[i] = (other[i] + 1) % VOCABULARY;
    }
    List<Double> one = read(method.apply(model()), tokens);
    List<Double> two = read(method.apply(model()), other);
    assertThat(two.subList(0, 22)).isEqualTo(one.subList(0, 22));
    assertThat(two.subList(22, 49)).isNotEqualTo(one.subList(22, 49));
  }

  @ParameterizedTest
  @MethodSource("adaptive")
  void threadsChangeNothingAndTheModelStays(Function<LanguageModel, TextReader> method) {
    LanguageModel model = model();
    int[] tokens = text(60);
    List<Double> plain = read(new PlainReader(model, ONE), tokens);
    List<Double> adapted = read(method.apply(model), tokens);
    assertThat(adapted).isNotEqualTo(plain);
    assertThat(read(method.apply(model), tokens)).isEqualTo(adapted);
    assertThat(read(new PlainReader(model, ONE), tokens)).isEqualTo(plain);
  }

  @ParameterizedTest
  @MethodSource("models")
  void plainDescentWithoutDecayIsSgd(LanguageModel model) {
    int steps = 6;
    int[] tokens = text(steps * 5 + 1);
    LanguageModel trained = model.copy();
    Sgd sgd = new Sgd(trained.parameters());
    Tape tape = Tape.recording(ONE);
    RecurrentState state = trained.initialState(1);
    List<Double> expected = new ArrayList<>();
    float[] losses = new float[steps];
    for (int at = 0; at + steps < tokens.length; at += steps) {
      int[] inputs = Arrays.copyOfRange(tokens, at, at + steps);
      int[] targets = Arrays.copyOfRange(tokens, at + 1, at + steps + 1);
      LanguageModel.Reading reading = trained.read(tape, inputs, targets, steps, 1, state, losses);
      for (float loss : losses) {
        expected.add((double) -loss);
      }
      tape.backward(reading.loss());
      state.assign(reading.state());
      sgd.step(ONE, 0.7, 1);
      sgd.clearGradients();
      tape.clear();
    }

    DynamicReader.Options options = new DynamicReader.Options(steps, 0.7, 0);
    assertClose(read(new DynamicReader(model, options, null, ONE), tokens), expected, 1e-5);
  }

  @Test
  void fullDecayIsNoLearning() {
    LanguageModel model = model();
    int[] tokens = text(50);
    // what was learned of the stretch before is not forgotten yet when the next is read
    DynamicReader.Options tiny = new DynamicReader.Options(7, 1e-20, 1);
    assertClose(
        read(new DynamicReader(model, tiny, null, ONE), tokens),
        read(new PlainReader(model, ONE), tokens),
        1e-6);
  }

  @Test
  void rootsAreThoseOfTheMeanSquareOfEveryBatch() {
    LanguageModel model = model();
    int[] tokens = text(100);
    GradientScale scale =
        GradientScale.measure(model, TokenSource.of(tokens), 4, 2, 3, ONE, done -> {});
    double sum = 0;
    long size = 0;
    for (float[] roots : scale.roots()) {
      for (float root : roots) {
        assertThat(root).isNotNegative().isFinite();
        sum += root;
        size++;
      }
    }
    assertThat(scale.mean()).isCloseTo(sum / size, within(1e-9)).isPositive();

    // one batch of one row: the root of a square is the size of the gradient
    LanguageModel copy = model.copy();
    Tape tape = Tape.recording(ONE);
    LanguageModel.Reading reading =
        copy.read(
            tape,
            Arrays.copyOf(tokens, 4),
            Arrays.copyOfRange(tokens, 1, 5),
            4,
            1,
            copy.initialState(1),
            new float[4]);
    tape.backward(reading.loss());
    GradientScale single =
        GradientScale.measure(model, TokenSource.of(tokens), 4, 1, 1, ONE, done -> {});
    List<Parameter> parameters = List.copyOf(copy.parameters().values());
    for (int p = 0; p < parameters.size(); p++) {
      Tensor tensor = parameters.get(p).tensor();
      for (int i = 0; i < tensor.size(); i++) {
        float expected = tensor.hasGradient() ? Math.abs(tensor.gradient()[i]) : 0f;
        assertThat(single.roots().get(p)[i]).isCloseTo(expected, within(1e-6f));
      }
    }
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

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CachingReader.Options(0, 1, 0.1))
        .withMessage("size of the cache must be at least 1, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CachingReader.Options(1, -1, 0.1))
        .withMessageStartingWith("flatness of the cache must be");
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
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DynamicReader.Options(0, 1, 0))
        .withMessageStartingWith("steps of dynamic evaluation must be");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DynamicReader.Options(1, 0, 0))
        .withMessageStartingWith("rate of dynamic evaluation must be");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DynamicReader.Options(1, 1, 1.1))
        .withMessageStartingWith("decay of dynamic evaluation must be");
  }
}
