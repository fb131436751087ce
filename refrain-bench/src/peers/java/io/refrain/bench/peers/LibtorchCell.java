package io.refrain.bench.peers;

import io.refrain.bench.workload.CellKind;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A time step of one layer in libtorch's operations, for a batch [batch, …] or a single vector: one
 * product with the state, then what the equations of nn.RNN, nn.LSTM and nn.GRU say.
 */
final class LibtorchCell {

  /**
   * A layer's state.
   *
   * @param hidden [batch, hidden], or [hidden]
   * @param memory the same shape; null for cells without
   */
  record State(Tensor hidden, @Nullable Tensor memory) {}

  private final CellKind kind;
  private final int width;
  private final Tensor weights;
  private final Tensor transposed;
  private final Tensor bias;

  /**
   * A layer.
   *
   * @param layer whose W_hh and b_hh it takes from the weights; its views live in the open scope
   */
  LibtorchCell(LibtorchRecurrentWeights recurrent, int layer) {
    kind = recurrent.shape().cell();
    width = recurrent.shape().hidden();
    weights = recurrent.stateWeights(layer);
    transposed = weights.t();
    bias = recurrent.stateBias(layer);
  }

  /** The state before the first step. */
  static State zeroState(CellKind kind, long... shape) {
    Tensor zeros = torch.zeros(shape);
    return new State(zeros, kind == CellKind.LSTM ? zeros : null);
  }

  /**
   * One step.
   *
   * @param input x · W_ihᵀ and {@link LibtorchRecurrentWeights#inputBias}, [batch, gates · hidden]
   *     or [gates · hidden]
   */
  State next(Tensor input, State state) {
    return switch (kind) {
      case RNN -> new State(plusProduct(input, state).tanh_(), null);
      case LSTM -> lstm(plusProduct(input, state), state);
      case GRU -> gru(input, plusProduct(bias, state), state);
      case MIN_GRU -> throw new IllegalArgumentException("libtorch has no cell " + kind);
    };
  }

  private Tensor plusProduct(Tensor summand, State state) {
    return state.hidden().dim() == 1
        ? torch.addmv(summand, weights, state.hidden())
        : torch.addmm(summand, state.hidden(), transposed);
  }

  /** Gates in PyTorch's order: input, forget, candidate, output. */
  private State lstm(Tensor gates, State state) {
    Tensor memory = state.memory();
    if (memory == null) {
      throw new IllegalArgumentException("an LSTM's state has a memory");
    }
    Tensor inputAndForget = gates.narrow(-1, 0, 2L * width).sigmoid();
    Tensor written = inputAndForget.narrow(-1, 0, width).mul(gate(gates, 2).tanh());
    Tensor next = torch.addcmul(written, inputAndForget.narrow(-1, width, width), memory);
    return new State(gate(gates, 3).sigmoid().mul(next.tanh()), next);
  }

  /** Gates in PyTorch's order: reset, update, candidate. */
  private State gru(Tensor input, Tensor product, State state) {
    Tensor resetAndUpdate =
        input.narrow(-1, 0, 2L * width).add(product.narrow(-1, 0, 2L * width)).sigmoid_();
    Tensor reset = resetAndUpdate.narrow(-1, 0, width);
    Tensor update = resetAndUpdate.narrow(-1, width, width);
    Tensor candidate = torch.addcmul(gate(input, 2), reset, gate(product, 2)).tanh_();
    // (1 - z) · n + z · h
    return new State(torch.addcmul(candidate, update, state.hidden().sub(candidate)), null);
  }

  private Tensor gate(Tensor gates, int index) {
    return gates.narrow(-1, (long) index * width, width);
  }
}
