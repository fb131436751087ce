package io.refrain.bench.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent network of PyTorch, computed by libtorch: the reference that Refrain's networks are
 * held against. Weights, inputs and results are plain arrays; the weights given are never changed.
 *
 * <p>The names of the weights are those of PyTorch's {@code state_dict}: {@code weight_ih_l0}
 * [gates * hidden, input], {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0} and {@code
 * weight_hr_l0} as far as the {@link Network} has them, the same for {@code _l1} and so on, and
 * with {@code _reverse} appended for the backward direction. {@code linear.weight} [classes, width]
 * and {@code linear.bias} are the output layer's. {@code embedding.weight} [tokens, input] may
 * stand in front.
 */
public final class LibtorchRnn {

  static {
    torch.set_num_threads(1);
  }

  private final Network network;
  private final Map<String, Shaped> weights;

  /**
   * What one forward and backward pass gives.
   *
   * @param output outputs of the last layer at all steps, laid out like the input
   * @param finalState h, or h and c for LSTM, [layers * directions, batch, hidden]
   * @param logits [rows, classes], or null without an output layer
   * @param loss the objective's value
   * @param gradients of every weight by its name, of {@code h_0} (and {@code c_0} for LSTM), and of
   *     {@code input} if that was dense
   */
  public record Result(
      Shaped output,
      List<Shaped> finalState,
      @Nullable Shaped logits,
      double loss,
      Map<String, Shaped> gradients) {}

  /**
   * One batch of a training run.
   *
   * @param input what is read
   * @param targets one index for each row of logits
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, never compared
  public record Batch(Input input, int[] targets) {}

  /**
   * How a training run went.
   *
   * @param losses mean cross-entropy of each step, before its update
   * @param gradientNorms global norm of each step's gradients, before clipping
   * @param weights by name, after the last step
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, never compared
  public record Curve(double[] losses, double[] gradientNorms, Map<String, Shaped> weights) {}

  /**
   * Describes a network.
   *
   * @param network its shape
   * @param weights by PyTorch's names, as above
   */
  public LibtorchRnn(Network network, Map<String, Shaped> weights) {
    this.network = network;
    this.weights = new LinkedHashMap<>(weights);
  }

  /**
   * Runs forward and backward once.
   *
   * @param input what is read
   * @param initialState h_0, or h_0 and c_0 for LSTM; empty for zeros
   * @param objective what is differentiated
   * @return outputs and gradients
   */
  public Result run(Input input, List<Shaped> initialState, Objective objective) {
    try (PointerScope _ = new PointerScope()) {
      LibtorchNetwork libtorch = new LibtorchNetwork(network, weights);
      Tensor vectors = libtorch.vectors(input);
      List<Tensor> state =
          initialState.isEmpty()
              ? libtorch.zeroState(vectors)
              : initialState.stream().map(Shaped::toTensor).toList();
      state.forEach(tensor -> tensor.set_requires_grad(true));
      if (input instanceof Input.Dense) {
        vectors.set_requires_grad(true);
      }
      LibtorchNetwork.Forward forward = libtorch.forward(vectors, input.lengths(), state);
      Tensor loss = loss(forward, objective);
      loss.backward();

      Map<String, Tensor> leaves = new LinkedHashMap<>(libtorch.weights());
      leaves.put("h_0", state.getFirst());
      if (network.kind() == CellKind.LSTM) {
        leaves.put("c_0", state.getLast());
      }
      if (input instanceof Input.Dense) {
        leaves.put("input", vectors);
      }
      Tensor logits = forward.logits();
      return new Result(
          Shaped.of(forward.output()),
          forward.state().stream().map(Shaped::of).toList(),
          logits == null ? null : Shaped.of(logits),
          loss.item_float(),
          gradients(leaves));
    }
  }

  private static Tensor loss(LibtorchNetwork.Forward forward, Objective objective) {
    return switch (objective) {
      case Objective.CrossEntropy entropy -> crossEntropy(forward, entropy.targets());
      case Objective.WeightedSum weighted -> {
        Tensor sum = forward.output().mul(weighted.output().toTensor()).sum();
        for (int i = 0; i < weighted.state().size(); i++) {
          Tensor weights = weighted.state().get(i).toTensor();
          sum = sum.add(forward.state().get(i).mul(weights).sum());
        }
        yield sum;
      }
    };
  }

  private static Tensor crossEntropy(LibtorchNetwork.Forward forward, int[] targets) {
    Tensor logits = forward.logits();
    if (logits == null) {
      throw new IllegalArgumentException(
          "Cross-entropy needs an output layer: build the network with a head.");
    }
    return torch.cross_entropy_loss(logits, LibtorchNetwork.indices(targets));
  }

  /** Leaves that the objective does not depend on have no gradient and are left out. */
  private static Map<String, Shaped> gradients(Map<String, Tensor> leaves) {
    Map<String, Shaped> gradients = new LinkedHashMap<>();
    leaves.forEach((name, leaf) -> {
      Tensor gradient = leaf.grad();
      if (gradient.defined()) {
        gradients.put(name, Shaped.of(gradient));
      }
    });
    return gradients;
  }

  /**
   * Trains from the given weights, the batches in turn and again from the first as often as needed.
   *
   * @param batches at least one
   * @param steps number of updates
   * @param choice the optimizer
   * @param clipNorm limit of the gradients' global norm; infinity for none
   * @param carryState whether a batch starts from the final state of the one before, without its
   *     gradient, instead of zeros
   * @return loss and gradient norm of each step, and the trained weights
   */
  public Curve trainingCurve(
      List<Batch> batches, int steps, OptimizerChoice choice, double clipNorm, boolean carryState) {
    double[] losses = new double[steps];
    double[] norms = new double[steps];
    try (PointerScope _ = new PointerScope()) {
      LibtorchNetwork libtorch = new LibtorchNetwork(network, weights);
      TensorVector parameters = libtorch.parameters();
      Optimizer optimizer = LibtorchOptimizer.of(choice, parameters);
      List<Tensor> state = new ArrayList<>();
      for (int step = 0; step < steps; step++) {
        Batch batch = batches.get(step % batches.size());
        // One scope for the whole run: a test's run is short, and its tensors few.
        Tensor vectors = libtorch.vectors(batch.input());
        boolean fresh = state.isEmpty() || !carryState;
        LibtorchNetwork.Forward forward =
            libtorch.forward(
                vectors, batch.input().lengths(), fresh ? libtorch.zeroState(vectors) : state);
        Tensor loss = crossEntropy(forward, batch.targets());
        optimizer.zero_grad();
        loss.backward();
        norms[step] = torch.clip_grad_norm_(parameters, clipNorm);
        optimizer.step();
        losses[step] = loss.item_float();
        state = forward.state().stream().map(Tensor::detach).toList();
      }
      Map<String, Shaped> trained = new LinkedHashMap<>();
      libtorch.weights().forEach((name, tensor) -> trained.put(name, Shaped.of(tensor)));
      return new Curve(losses, norms, trained);
    }
  }
}
