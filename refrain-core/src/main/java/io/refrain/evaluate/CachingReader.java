package io.refrain.evaluate;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModelConfig;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.Tape;

/**
 * Remembers what followed earlier hidden states, and expects it again after similar ones: the
 * continuous cache of Grave, Joulin and Usunier (2017), "Improving neural language models with a
 * continuous cache".
 *
 * <pre>
 *   p_cache(w) = Σ of exp(flatness · h_t·h_i / mean |h|²) over those of the last i with x_{i+1} = w,
 *                divided by the sum over all of them
 *   p(w)       = (1 - weight) · p_model(w) + weight · p_cache(w)
 * </pre>
 *
 * <p>While nothing is remembered, p is that of the model. A token sees only what was before it.
 * Hidden states are long in one model and short in another, so similarity is measured in units of
 * their mean square length up to h_t, and one flatness suits them all; the paper's θ is the
 * flatness divided by that.
 */
public final class CachingReader implements TextReader {
  private static final Kernels KERNELS = Kernels.get();

  /** With it, the most similar of all hidden states has the whole say. */
  private static final double MOST_FLATNESS = 1e6;

  private final TextReader reader;
  private final Options options;
  private final Tape tape;
  private final int width;

  /** The remembered hidden states, oldest first, and room for those of a stretch. */
  private final float[] hidden; // [size + steps, width]

  private final int[] followers; // what came after each
  private int remembered;

  /** Of all hidden states so far. */
  private double squares;

  private long states;

  /**
   * How much to remember, and how much to believe it.
   *
   * @param size how many tokens are remembered
   * @param flatness factor of the similarity, up to a million: 0 makes all that is remembered alike
   * @param weight λ of the paper, from 0, for none, to below 1
   */
  public record Options(int size, double flatness, double weight) {
    /** Checks the ranges. */
    public Options {
      if (size < 1) {
        throw new IllegalArgumentException("size of the cache must be at least 1, but is " + size);
      }
      if (!(flatness >= 0 && flatness <= MOST_FLATNESS)) {
        throw new IllegalArgumentException(
            "flatness of the cache must be from 0 to %.0f, but is %s"
                .formatted(MOST_FLATNESS, flatness));
      }
      if (!(weight >= 0 && weight < 1)) {
        throw new IllegalArgumentException(
            "weight of the cache must be at least 0 and below 1, but is " + weight);
      }
    }
  }

  /**
   * Begins a text.
   *
   * @param reader a fresh one, which this takes over
   * @param team shares the work; changes no bit
   * @throws IllegalArgumentException when the cache would not fit into an array
   */
  public CachingReader(TextReader reader, Options options, ThreadTeam team) {
    this.reader = reader;
    this.options = options;
    tape = Tape.computing(team);
    width = reader.config().outputWidth();
    long rows = (long) options.size() + reader.steps();
    if (rows * Math.max(width, reader.steps()) > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a cache of %d hidden states of %d values beside stretches of %d tokens is too large: make it smaller, or them shorter"
              .formatted(options.size(), width, reader.steps()));
    }
    hidden = new float[(int) rows * width];
    followers = new int[(int) rows];
  }

  /** What reads the text. */
  TextReader reader() {
    return reader;
  }

  @Override
  public LanguageModelConfig config() {
    return reader.config();
  }

  @Override
  public int steps() {
    return reader.steps();
  }

  @Override
  public Stretch read(int[] tokens, int[] targets) {
    Stretch stretch = reader.read(tokens, targets);
    int count = tokens.length;
    System.arraycopy(stretch.hidden(), 0, hidden, remembered * width, count * width);
    System.arraycopy(targets, 0, followers, remembered, count);
    int rows = remembered + count;
    tape.clear();
    float[] similarity = tape.buffer(count * rows);
    MatrixProduct.multiply(
        tape,
        Matrix.of(hidden, remembered * width, count, width),
        Matrix.of(hidden, rows, width).transpose(),
        Matrix.of(similarity, count, rows),
        false);
    float[] scales = scales(stretch.hidden(), count);
    tape.team()
        .run((part, parts) -> {
          int end = ThreadTeam.boundary(count, part + 1, parts);
          for (int row = ThreadTeam.boundary(count, part, parts); row < end; row++) {
            float[] losses = stretch.losses();
            losses[row] = mixed(similarity, row * rows, remembered + row, scales[row], losses[row]);
          }
        });
    int forgotten = Math.max(0, rows - options.size());
    remembered = rows - forgotten;
    System.arraycopy(hidden, forgotten * width, hidden, 0, remembered * width);
    System.arraycopy(followers, forgotten, followers, 0, remembered);
    return stretch;
  }

  /** Factors of the similarity to each new hidden state. */
  private float[] scales(float[] fresh, int count) {
    float[] scales = new float[count];
    for (int row = 0; row < count; row++) {
      squares += KERNELS.squaredNorm(fresh, row * width, width);
      states++;
      double scale = squares > 0 ? options.flatness() * states / squares : 0;
      scales[row] = (float) Math.min(Float.MAX_VALUE, scale); // infinite times 0 would be NaN
    }
    return scales;
  }

  /**
   * The loss of a token when the cache has its say.
   *
   * @param similarity of its hidden state to all others; overwritten
   * @param at where those begin
   * @param token its place among them; those before it are remembered
   * @param scale factor of the similarity
   * @param loss that of the model
   */
  private float mixed(float[] similarity, int at, int token, float scale, float loss) {
    int first = Math.max(0, token - options.size());
    int count = token - first;
    if (count == 0) {
      return loss;
    }
    KERNELS.scale(scale, similarity, at + first, count);
    KERNELS.softmax(similarity, at + first, similarity, at + first, count);
    double cached = 0;
    for (int i = first; i < token; i++) {
      if (followers[i] == followers[token]) {
        cached += similarity[at + i];
      }
    }
    double weight = options.weight();
    double known = weight * cached;
    return (float)
        (known == 0 // and exp(-loss) perhaps, too, where the loss is large
            ? loss - Math.log1p(-weight)
            : -Math.log((1 - weight) * Math.exp(-loss) + known));
  }
}
