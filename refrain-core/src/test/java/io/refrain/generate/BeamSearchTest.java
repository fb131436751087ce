package io.refrain.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.generate.BeamSearch.Hypothesis;
import io.refrain.generate.BeamSearch.Options;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BeamSearchTest {
  private static final int[] PREFIX = {1, 0};

  /** Weights large enough that the model has opinions. */
  private static FrozenLanguageModel model(int vocabulary, long seed) {
    LanguageModel model =
        new LanguageModel(
            new LanguageModelConfig(vocabulary, 0, CellKind.LSTM, 6, 1),
            new SplittableRandom(seed));
    SplittableRandom random = new SplittableRandom(seed);
    model.parameters().values().forEach(parameter -> parameter.uniform(2, random));
    return model.freeze();
  }

  private static Session session(FrozenLanguageModel model) {
    Session session = new Session(model);
    session.read(PREFIX);
    return session;
  }

  private static double logProbability(FrozenLanguageModel model, int... tokens) {
    Session session = session(model);
    double sum = 0;
    for (int token : tokens) {
      float[] logits = session.logits();
      double all = Kernels.get().softmax(logits, 0, new float[logits.length], 0, logits.length);
      sum += logits[token] - all;
      session.read(token);
    }
    return sum;
  }

  private static double score(double logProbability, int length, double penalty) {
    return logProbability / Math.pow((5.0 + length) / 6.0, penalty);
  }

  /** A continuation and its score. */
  private record Scored(List<Integer> tokens, double score) {}

  /** All continuations, ended or of full length, best first. */
  private static List<Scored> all(
      FrozenLanguageModel model, int length, double penalty, Predicate<int[]> ends) {
    List<Scored> all = new ArrayList<>();
    collect(model, new int[0], length, penalty, ends, all);
    all.sort(Comparator.comparingDouble(scored -> -scored.score));
    return all;
  }

  private static void collect(
      FrozenLanguageModel model,
      int[] beginning,
      int length,
      double penalty,
      Predicate<int[]> ends,
      List<Scored> all) {
    for (int token = 0; token < model.config().vocabulary(); token++) {
      int[] tokens = Arrays.copyOf(beginning, beginning.length + 1);
      tokens[beginning.length] = token;
      if (tokens.length == length || ends.test(tokens)) {
        double score = score(logProbability(model, tokens), tokens.length, penalty);
        all.add(new Scored(Arrays.stream(tokens).boxed().toList(), score));
      } else {
        collect(model, tokens, length, penalty, ends, all);
      }
    }
  }

  /** Asks a rule about all tokens that it has followed. */
  private record Rule(Predicate<int[]> ends, int... tokens) implements BeamSearch.Ending {
    static final Rule NEVER = new Rule(_ -> false);

    @Override
    public Rule after(int token) {
      int[] more = Arrays.copyOf(tokens, tokens.length + 1);
      more[tokens.length] = token;
      return new Rule(ends, more);
    }

    @Override
    public boolean isReached() {
      return ends.test(tokens);
    }
  }

  @Property(tries = 40)
  void aBeamThatHoldsEverythingFindsTheBest(
      @ForAll @IntRange(min = 2, max = 4) int vocabulary,
      @ForAll @IntRange(min = 1, max = 4) int length,
      @ForAll @DoubleRange(max = 2) double penalty,
      @ForAll @IntRange(max = 4) int endToken,
      @ForAll @IntRange(min = 1, max = 5) int results,
      @ForAll long seed) {
    FrozenLanguageModel model = model(vocabulary, seed);
    Predicate<int[]> ends = tokens -> tokens[tokens.length - 1] == endToken;
    int width = (int) Math.pow(vocabulary, length - 1);
    int best = Math.min(results, width);
    Options options = Options.width(width).withLengthPenalty(penalty).withBest(best);

    List<Hypothesis> found = new BeamSearch(options).search(session(model), length, new Rule(ends));
    List<Scored> all = all(model, length, penalty, ends);

    assertThat(found).hasSize(Math.min(best, all.size()));
    for (int i = 0; i < found.size(); i++) {
      Hypothesis hypothesis = found.get(i);
      assertThat(hypothesis.tokens()).isEqualTo(all.get(i).tokens);
      assertThat(hypothesis.score()).isCloseTo(all.get(i).score, within(1e-9));
      assertThat(hypothesis.ended()).isEqualTo(hypothesis.tokens().getLast() == endToken);
    }
  }

  @Property(tries = 60)
  void aBeamOfOneIsGreedy(
      @ForAll @IntRange(min = 2, max = 12) int vocabulary,
      @ForAll @IntRange(min = 1, max = 20) int length,
      @ForAll @DoubleRange(max = 2) double penalty,
      @ForAll @IntRange(max = 20) int endToken,
      @ForAll long seed) {
    FrozenLanguageModel model = model(vocabulary, seed);
    Predicate<int[]> ends = tokens -> tokens[tokens.length - 1] == endToken;
    Options options = Options.width(1).withLengthPenalty(penalty).excluding(0, 99);
    List<Integer> greedy = new ArrayList<>();
    Sampler sampler = new Sampler(Sampler.Options.greedy().excluding(0));
    session(model)
        .write(
            length,
            sampler,
            new SplittableRandom(),
            token -> {
              greedy.add(token);
              return token != endToken;
            });

    assertThat(new BeamSearch(options).search(session(model), length, new Rule(ends)))
        .singleElement()
        .satisfies(found -> assertThat(found.tokens()).isEqualTo(greedy));
  }

  /** The search by its definition, one text at a time and to the end. */
  private static List<Scored> naive(
      FrozenLanguageModel model, Options options, int length, Predicate<int[]> ends) {
    List<int[]> beam = List.of(new int[0]);
    List<Scored> found = new ArrayList<>();
    for (int step = 1; step <= length; step++) {
      List<int[]> next = new ArrayList<>();
      for (int[] beginning : beam) {
        for (int token = 0; token < model.config().vocabulary(); token++) {
          int[] tokens = Arrays.copyOf(beginning, step);
          tokens[step - 1] = token;
          next.add(tokens);
        }
      }
      next.removeIf(tokens -> options.excluded().contains(tokens[tokens.length - 1]));
      next.sort(Comparator.comparingDouble(tokens -> -logProbability(model, tokens)));
      beam = new ArrayList<>();
      for (int[] tokens : next.subList(0, Math.min(options.width(), next.size()))) {
        if (step == length || ends.test(tokens)) {
          double score = score(logProbability(model, tokens), step, options.lengthPenalty());
          found.add(new Scored(Arrays.stream(tokens).boxed().toList(), score));
        } else {
          beam.add(tokens);
        }
      }
    }
    found.sort(Comparator.comparingDouble(scored -> -scored.score));
    return found.subList(0, Math.min(options.best(), found.size()));
  }

  @Property(tries = 50)
  void narrowBeamsFindWhatTheDefinitionFinds(
      @ForAll @IntRange(min = 2, max = 8) int vocabulary,
      @ForAll @IntRange(min = 1, max = 6) int length,
      @ForAll @IntRange(min = 1, max = 5) int width,
      @ForAll @IntRange(min = 1, max = 5) int best,
      @ForAll @DoubleRange(max = 2) double penalty,
      @ForAll @IntRange(max = 3) int endToken,
      @ForAll long seed) {
    FrozenLanguageModel model = model(vocabulary, seed);
    Predicate<int[]> ends =
        tokens -> tokens[tokens.length - 1] == endToken && tokens.length % 2 == 0;
    Options options =
        Options.width(width)
            .withLengthPenalty(penalty)
            .withBest(Math.min(width, best))
            .excluding(1);

    List<Hypothesis> found = new BeamSearch(options).search(session(model), length, new Rule(ends));

    List<Scored> expected = naive(model, options, length, ends);
    assertThat(found.stream().map(Hypothesis::tokens))
        .isEqualTo(expected.stream().map(Scored::tokens).toList());
  }

  @Test
  void theLogProbabilityIsTheModelsOwnToTheBit() {
    FrozenLanguageModel model = model(12, 4);
    Options options = Options.width(4).withBest(4).withLengthPenalty(0.6).excluding(0, 1);
    for (Hypothesis found : new BeamSearch(options).search(session(model), 15, Rule.NEVER)) {
      double expected = logProbability(model, found.ids());
      assertThat(found.logProbability()).isEqualTo(expected);
      assertThat(found.score()).isEqualTo(score(expected, 15, 0.6));
      assertThat(found.tokens()).hasSize(15).doesNotContain(0, 1);
      assertThat(found.ended()).isFalse();
    }
  }

  @Test
  void theTextStaysWhereItStood() {
    Session session = session(model(6, 1));
    float[] logits = session.logits().clone();
    BeamSearch search = new BeamSearch(Options.width(3));
    List<Hypothesis> first = search.search(session, 5, Rule.NEVER);
    assertThat(session.logits()).isEqualTo(logits);
    assertThat(search.search(session, 5, Rule.NEVER)).isEqualTo(first);
    assertThat(search.search(session, 0, Rule.NEVER))
        .containsExactly(new Hypothesis(List.of(), 0, 0, false));
  }

  /** A limit so far away counts for every bound, and must not turn one around. */
  @Test
  void aSearchEndsWithoutALimitToSpeakOf() {
    FrozenLanguageModel undecided =
        new LanguageModel(
                new LanguageModelConfig(6, 0, CellKind.LSTM, 6, 1), new SplittableRandom(1))
            .freeze();
    int[] asked = {0};
    boolean[] ended = {false};
    Rule firstOfTwoTokens =
        new Rule(tokens -> {
          asked[0]++;
          assertThat(asked[0]).as("beginnings that were followed").isLessThan(1000);
          boolean ends = tokens.length == 2 && !ended[0];
          ended[0] |= ends;
          return ends;
        });
    Options options = Options.width(2).withLengthPenalty(0.1);
    assertThat(
            new BeamSearch(options).search(session(undecided), Integer.MAX_VALUE, firstOfTwoTokens))
        .singleElement()
        .satisfies(found -> assertThat(found.tokens()).hasSize(2));
  }

  /** Follows what it is told and counts. */
  private record Counted(int[] calls) implements BeamSearch.Ending {
    @Override
    public Counted after(int token) {
      calls[0]++;
      return this;
    }

    @Override
    public boolean isReached() {
      return false;
    }
  }

  @Test
  void everyBeginningIsFollowedByItsLastTokenAlone() {
    Counted counted = new Counted(new int[1]);
    new BeamSearch(Options.width(3)).search(session(model(6, 1)), 10, counted);
    assertThat(counted.calls[0]).isEqualTo(3 * 10);
  }

  @Test
  void aTeamFindsTheSame() {
    FrozenLanguageModel model =
        new LanguageModel(
                new LanguageModelConfig(15, 6, CellKind.LSTM, 323, 2), new SplittableRandom(3))
            .freeze();
    BeamSearch search = new BeamSearch(Options.width(5).withBest(4).excluding(0));
    Rule ends = new Rule(tokens -> tokens.length == 4 && tokens[3] % 3 == 0);
    List<Hypothesis> expected = search.search(session(model), 9, ends);
    assertThat(expected).hasSize(4);
    for (int threads : new int[] {2, 3}) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        Session session = new Session(model, team);
        session.read(PREFIX);
        assertThat(search.search(session, 9, ends)).isEqualTo(expected);
      }
    }
  }

  @Test
  void whatMakesNoSenseIsNamed() {
    assertMessage(() -> Options.width(0), "a beam's width must be at least 1, but is 0");
    assertMessage(
        () -> Options.width(2).withBest(3),
        "a beam of width 2 gives between 1 and 2 results, but 3 are asked for");
    assertMessage(
        () -> Options.width(2).withBest(0),
        "a beam of width 2 gives between 1 and 2 results, but 0 are asked for");
    for (double penalty : new double[] {-0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertMessage(
          () -> Options.width(2).withLengthPenalty(penalty),
          "length penalty must be at least 0 (0: none) and finite, but is " + penalty);
    }
    BeamSearch search = new BeamSearch(Options.width(2).excluding(0, 1, 2));
    assertMessage(
        () -> search.search(session(model(3, 1)), 2, Rule.NEVER),
        "no token is left to choose: 3 of 3 are excluded");
    assertMessage(
        () -> Options.width(2).excluding(4, -1),
        "excluded tokens: expected ids of at least 0, got -1");
  }

  private static void assertMessage(Runnable mistake, String message) {
    assertThatIllegalArgumentException().isThrownBy(mistake::run).withMessage(message);
  }
}
