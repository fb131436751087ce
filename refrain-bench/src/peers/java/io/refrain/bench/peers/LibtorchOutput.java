package io.refrain.bench.peers;

import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.OutputPass;
import io.refrain.bench.workload.OutputRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdaptiveLogSoftmaxWithLossImpl;
import org.bytedeco.pytorch.AdaptiveLogSoftmaxWithLossOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Forward and backward of libtorch's linear layer with cross-entropy, or its adaptive softmax. */
final class LibtorchOutput implements PeerCase {

  /** A mean loss. */
  private interface Loss {
    Tensor of(Tensor input, Tensor targets);
  }

  private final PointerScope scope = new PointerScope();
  private final Loss loss;
  private final Tensor input;
  private final Tensor targets;
  private final List<Tensor> leaves = new ArrayList<>();

  LibtorchOutput(OutputPass workload) {
    OutputRows rows = OutputRows.of(workload);
    input = torch.tensor(rows.values()).view(workload.rows(), workload.width());
    input.set_requires_grad(true);
    targets = torch.tensor(rows.targets());
    Module module;
    if (workload.kind() == OutputPass.Kind.ADAPTIVE) {
      AdaptiveLogSoftmaxWithLossImpl softmax = adaptive(workload);
      module = softmax;
      loss = (x, words) -> softmax.forward(x, words).output().mean().neg();
    } else {
      LinearImpl linear = new LinearImpl(workload.width(), workload.vocabulary());
      module = linear;
      loss = (x, words) -> torch.cross_entropy_loss(linear.forward(x), words);
    }
    leaves.add(input);
    TensorVector parameters = module.parameters();
    InitialWeights initial = new InitialWeights(workload);
    List<int[]> shapes = workload.shapes();
    for (int i = 0; i < shapes.size(); i++) {
      leaves.add(parameters.get(i));
      int[] shape = shapes.get(i);
      int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      Tensor values = torch.tensor(initial.next(size));
      parameters.get(i).detach().copy_(values.view(Arrays.stream(shape).asLongStream().toArray()));
    }
  }

  private static AdaptiveLogSoftmaxWithLossImpl adaptive(OutputPass workload) {
    long[] cutoffs = OutputPass.CUTOFFS.stream().mapToLong(cutoff -> cutoff).toArray();
    AdaptiveLogSoftmaxWithLossOptions options =
        new AdaptiveLogSoftmaxWithLossOptions(
            workload.width(), workload.vocabulary(), new LongVector(cutoffs));
    options.div_value().put(OutputPass.DIV_VALUE);
    return new AdaptiveLogSoftmaxWithLossImpl(options);
  }

  @Override
  public double run(int units) {
    for (int unit = 0; unit < units; unit++) {
      try (PointerScope _ = new PointerScope()) {
        leaves.forEach(leaf -> leaf.mutable_grad().reset());
        loss.of(input, targets).backward();
      }
    }
    try (PointerScope _ = new PointerScope()) {
      double squares = 0;
      for (Tensor leaf : leaves) {
        double norm = leaf.grad().norm().item_double();
        squares += norm * norm;
      }
      return Math.sqrt(squares);
    }
  }

  @Override
  public void close() {
    scope.close();
  }
}
