package io.refrain.generate;

import io.refrain.kernel.Kernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A token that may come next.
 *
 * @param token its id
 * @param probability P(token | text before), by the model alone
 */
public record Candidate(int token, double probability) {
  private static final Kernels KERNELS = Kernels.get();
  private static final float EXCLUDED = -1; // no probability
  private static final Comparator<Candidate> LIKELIEST_FIRST =
      Comparator.comparingDouble(Candidate::probability)
          .reversed()
          .thenComparingInt(Candidate::token);

  /**
   * The likeliest tokens, the first of equals first.
   *
   * @param logits one for each token, as of {@link Session#logits}
   * @param count at most how many
   * @param excluded ids of tokens to leave out; the probabilities of others stay what they are
   * @throws IllegalArgumentException when a logit is NaN or ∞, or an excluded id below 0
   */
  public static List<Candidate> likeliest(float[] logits, int count, int... excluded) {
    Sampler.requireNumbers(logits, KERNELS.argmax(logits, 0, logits.length));
    float[] probabilities = new float[logits.length];
    KERNELS.softmax(logits, 0, probabilities, 0, logits.length);
    new ExcludedTokens(ExcludedTokens.checked(excluded)).fill(probabilities, EXCLUDED);
    PriorityQueue<Candidate> kept = new PriorityQueue<>(LIKELIEST_FIRST.reversed());
    for (int token = 0; token < logits.length; token++) {
      if (probabilities[token] != EXCLUDED) {
        kept.add(new Candidate(token, probabilities[token]));
        if (kept.size() > count) {
          kept.remove();
        }
      }
    }
    List<Candidate> likeliest = new ArrayList<>(kept);
    likeliest.sort(LIKELIEST_FIRST);
    return List.copyOf(likeliest);
  }
}
