package io.refrain.optim;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tensor;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** The length of all gradients together, as in {@code torch.nn.utils.clip_grad_norm_}. */
public final class GradientNorm {
  private static final Kernels KERNELS = Kernels.get();

  /** Work is cut at fixed places, so that sums are the same for any number of threads. */
  private static final int CHUNK = 16_384;

  /** What PyTorch adds to the norm it divides by. */
  private static final double EPSILON = 1e-6;

  private GradientNorm() {}

  /** √ of the sum of squares of all gradients; NaN or infinite when any of them is. */
  public static double of(ThreadTeam team, Collection<Parameter> parameters) {
    double[] sums = chunkSums(team, parameters);
    return root(sums, 0, sums.length);
  }

  /**
   * The length of all gradients together, and of each group of them, for the price of the first.
   *
   * @param all {@link #of} all groups
   * @param groups the lengths by the groups' names; 0 of one without gradients
   */
  public record OfGroups(double all, SequencedMap<String, Double> groups) {
    /** Keeps the map. */
    public OfGroups {
      groups = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(groups));
    }

    /** Of gradients {@code 1 / divisor} times as long. */
    public OfGroups dividedBy(double divisor) {
      SequencedMap<String, Double> divided = new LinkedHashMap<>();
      groups.forEach((name, norm) -> divided.put(name, norm / divisor));
      return new OfGroups(all / divisor, divided);
    }
  }

  /**
   * The lengths of groups of gradients.
   *
   * @param groups by name; no parameter is in two of them
   */
  public static OfGroups ofGroups(
      ThreadTeam team, SequencedMap<String, ? extends Collection<Parameter>> groups) {
    List<Parameter> parameters = groups.values().stream().flatMap(Collection::stream).toList();
    double[] sums = chunkSums(team, parameters);
    SequencedMap<String, Double> norms = new LinkedHashMap<>();
    int first = 0;
    for (Map.Entry<String, ? extends Collection<Parameter>> group : groups.entrySet()) {
      int end = first;
      for (Parameter parameter : group.getValue()) {
        end += chunks(parameter);
      }
      norms.put(group.getKey(), root(sums, first, end));
      first = end;
    }
    return new OfGroups(root(sums, 0, sums.length), norms);
  }

  private static double root(double[] sums, int first, int end) {
    double total = 0;
    for (int i = first; i < end; i++) {
      total += sums[i];
    }
    return Math.sqrt(total);
  }

  private static double[] chunkSums(ThreadTeam team, Collection<Parameter> parameters) {
    int count = 0;
    for (Parameter parameter : parameters) {
      count += chunks(parameter);
    }
    double[] sums = new double[count];
    team.run((part, parts) -> sumChunks(parameters, sums, part, parts));
    return sums;
  }

  /**
   * The factor that brings a gradient of length {@code norm} down to {@code maximum}: 1 when it is
   * no longer than that.
   */
  public static float clip(double norm, double maximum) {
    return (float) Math.min(1, maximum / (norm + EPSILON));
  }

  private static int chunks(Parameter parameter) {
    Tensor tensor = parameter.tensor();
    return tensor.hasGradient() ? (tensor.gradientPieces() + chunk(tensor) - 1) / chunk(tensor) : 0;
  }

  /** Pieces of the gradient in a chunk. */
  private static int chunk(Tensor tensor) {
    return Math.max(1, CHUNK / tensor.gradientPieceLength());
  }

  private static void sumChunks(
      Collection<Parameter> parameters, double[] sums, int part, int parts) {
    int index = 0;
    for (Parameter parameter : parameters) {
      Tensor tensor = parameter.tensor();
      int chunks = chunks(parameter);
      int end = ThreadTeam.boundary(chunks, part + 1, parts);
      // Each thread reads about the part of a gradient that it will use in the optimizer's step.
      for (int chunk = ThreadTeam.boundary(chunks, part, parts); chunk < end; chunk++) {
        int first = chunk * chunk(tensor);
        int last = Math.min(first + chunk(tensor), tensor.gradientPieces());
        int sum = index + chunk;
        tensor.forGradient(
            first,
            last,
            (from, length) -> sums[sum] += KERNELS.squaredNorm(tensor.gradient(), from, length));
      }
      index += chunks;
    }
  }
}
