package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ASMoutput;
import org.bytedeco.pytorch.AdaptiveLogSoftmaxWithLossImpl;
import org.bytedeco.pytorch.AdaptiveLogSoftmaxWithLossOptions;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Adaptive softmax is {@code torch::nn::AdaptiveLogSoftmaxWithLoss}, to float32 round-off. */
class AdaptiveSoftmaxConformanceTest {
  private static final int CASES = 400;
  private static final double OUTPUTS = 1e-5;
  private static final double GRADIENTS = 1e-4;

  private static final Differences DIFFERENCES =
      new Differences("adaptive softmax against libtorch in %d cases".formatted(CASES));

  /**
   * A case.
   *
   * @param reach targets are below it: some clusters may be without any
   */
  record Case(
      int number, int rows, int in, int classes, AdaptiveSoftmax.Options options, int reach) {

    static Case of(int number) {
      SplittableRandom random = new SplittableRandom(number);
      int classes = random.nextInt(4, 1_200);
      int[] cutoffs = random.ints(random.nextInt(1, 5), 1, classes).sorted().distinct().toArray();
      // whole numbers, for libtorch cuts the powers of others where PyTorch's Python does not
      double divValue = random.nextInt(1, 5);
      int least = (int) Math.pow(divValue, cutoffs.length);
      return new Case(
          number,
          random.nextInt(1, 40),
          random.nextInt(least, least + 60),
          classes,
          new AdaptiveSoftmax.Options(
              Arrays.stream(cutoffs).boxed().toList(), divValue, random.nextBoolean()),
          random.nextInt(4) == 0 ? random.nextInt(1, classes + 1) : classes);
    }
  }

  /** What both give; gradients by name, {@code input} among them. */
  private record Result(
      Shaped logProbabilities, double loss, int[] predicted, Map<String, Shaped> gradients) {}

  static Stream<Case> cases() {
    return IntStream.range(0, CASES).mapToObj(Case::of);
  }

  @AfterAll
  static void report() {
    DIFFERENCES.report();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everythingIsLibtorchs(Case c) {
    SplittableRandom random = new SplittableRandom(c.number() + 1_000_000);
    AdaptiveSoftmax softmax = new AdaptiveSoftmax(c.in(), c.classes(), c.options(), random.split());
    Shaped x = Draws.values(random, 3, c.rows(), c.in());
    int[] targets = Draws.indices(random, c.rows(), c.reach());
    Shaped weights = Draws.values(random, 1, c.rows(), c.classes());
    for (boolean ofLoss : new boolean[] {true, false}) {
      Result actual = refrain(softmax, x, targets, ofLoss ? null : weights);
      Result expected = libtorch(c, softmax, x, targets, ofLoss ? null : weights);
      String where = c + (ofLoss ? ", loss" : ", log_prob");
      DIFFERENCES.assertClose(
          "outputs", where, actual.logProbabilities(), expected.logProbabilities(), OUTPUTS);
      DIFFERENCES.assertClose(
          "losses", where, actual.loss(), expected.loss(), OUTPUTS, expected.loss());
      assertPredicted(where, actual.predicted(), expected);
      assertThat(actual.gradients()).as(where).containsOnlyKeys(expected.gradients().keySet());
      double largest =
          expected.gradients().values().stream().mapToDouble(Shaped::magnitude).max().orElse(0);
      expected
          .gradients()
          .forEach((name, gradient) ->
              DIFFERENCES.assertClose(
                  "gradients",
                  "%s: gradient of %s".formatted(where, name),
                  actual.gradients().get(name),
                  gradient,
                  GRADIENTS,
                  largest / 20));
    }
  }

  /** Where two classes are as likely, rounding may choose either. */
  private static void assertPredicted(String where, int[] actual, Result expected) {
    assertThat(actual).as(where).hasSameSizeAs(expected.predicted());
    float[] y = expected.logProbabilities().values();
    int classes = y.length / actual.length;
    for (int row = 0; row < actual.length; row++) {
      float best = y[row * classes + expected.predicted()[row]];
      assertThat((double) y[row * classes + actual[row]])
          .as("%s: prediction of row %d", where, row)
          .isGreaterThan(best - 1e-5);
    }
  }

  private static Result refrain(
      AdaptiveSoftmax softmax, Shaped x, int[] targets, @Nullable Shaped weights) {
    Tape tape = Tape.recording(ThreadTeam.single());
    Tensor input = Tensor.variable(x.values(), x.shape());
    softmax.parameters().values().forEach(parameter -> parameter.tensor().clearGradient());
    Tensor loss = softmax.mean(tape, input, targets);
    Tensor y = softmax.logProbabilities(tape, input);
    Shaped logProbabilities = new Shaped(y.data().clone(), y.shape());
    if (weights == null) {
      tape.backward(loss);
    } else {
      tape.giveGradient(y, weights.values().clone());
      tape.backward(tape.tensor(true)); // of nothing but what has just been given
    }
    Map<String, Shaped> gradients = new LinkedHashMap<>();
    softmax
        .parameters()
        .forEach((name, parameter) -> {
          if (parameter.tensor().hasGradient()) {
            gradients.put(name, new Shaped(parameter.gradient(), parameter.shape()));
          }
        });
    gradients.put("input", new Shaped(input.gradient().clone(), x.shape()));
    int[] predicted = softmax.predict(Tape.computing(ThreadTeam.single()), input);
    return new Result(logProbabilities, loss.item(), predicted, gradients);
  }

  private static Result libtorch(
      Case c, AdaptiveSoftmax softmax, Shaped x, int[] targets, @Nullable Shaped weights) {
    try (PointerScope _ = new PointerScope()) {
      LongVector cutoffs =
          new LongVector(c.options().cutoffs().stream().mapToLong(cutoff -> cutoff).toArray());
      AdaptiveLogSoftmaxWithLossOptions options =
          new AdaptiveLogSoftmaxWithLossOptions(c.in(), c.classes(), cutoffs);
      options.div_value().put(c.options().divValue());
      options.head_bias().put(c.options().headBias());
      AdaptiveLogSoftmaxWithLossImpl module = new AdaptiveLogSoftmaxWithLossImpl(options);
      Map<String, org.bytedeco.pytorch.Tensor> parameters = parameters(module);
      assertThat(List.copyOf(parameters.keySet()))
          .isEqualTo(List.copyOf(softmax.parameters().keySet()));
      softmax
          .parameters()
          .forEach((name, parameter) ->
              parameters
                  .get(name)
                  .detach()
                  .copy_(new Shaped(parameter.values(), parameter.shape()).toTensor()));

      org.bytedeco.pytorch.Tensor input = x.toTensor();
      input.set_requires_grad(true);
      ASMoutput output = module.forward(input, LibtorchNetwork.indices(targets));
      org.bytedeco.pytorch.Tensor y = module.log_prob(input);
      if (weights == null) {
        output.output().mean().neg().backward();
      } else {
        y.mul(weights.toTensor()).sum().backward();
      }
      Map<String, Shaped> gradients = new LinkedHashMap<>();
      parameters.forEach((name, parameter) -> {
        if (parameter.grad().defined()) {
          gradients.put(name, Shaped.of(parameter.grad()));
        }
      });
      gradients.put("input", Shaped.of(input.grad()));
      float[] predicted = Shaped.of(module.predict(input).to(torch.ScalarType.Float)).values();
      return new Result(
          Shaped.of(y),
          output.loss(),
          IntStream.range(0, predicted.length).map(i -> (int) predicted[i]).toArray(),
          gradients);
    }
  }

  private static Map<String, org.bytedeco.pytorch.Tensor> parameters(
      AdaptiveLogSoftmaxWithLossImpl module) {
    StringTensorDict dictionary = module.named_parameters();
    Map<String, org.bytedeco.pytorch.Tensor> parameters = new LinkedHashMap<>();
    for (long i = 0; i < dictionary.size(); i++) {
      parameters.put(dictionary.get(i).key().getString(), dictionary.get(i).value());
    }
    return parameters;
  }
}
