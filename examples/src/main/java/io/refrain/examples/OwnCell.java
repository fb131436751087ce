package io.refrain.examples;

import io.refrain.data.Epoch;
import io.refrain.data.SequentialPartition;
import io.refrain.data.TokenBatch;
import io.refrain.generate.Sampler;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.CrossEntropy;
import io.refrain.nn.Linear;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.CellStep;
import io.refrain.nn.recurrent.FrozenStack;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.nn.recurrent.StackOptions;
import io.refrain.nn.recurrent.StepCell;
import io.refrain.optim.Adam;
import io.refrain.optim.GradientNorm;
import io.refrain.optim.Optimizer;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import io.refrain.text.Tokenizer;
import io.refrain.text.VerbatimTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/**
 * A recurrent cell of your own: its equations, a check of its gradient, a model that learns a poem
 * with it, and some verse by that model.
 *
 * <p>{@code ./refrain --version} builds the library; then, from the project's folder,
 *
 * <pre>
 *   java --add-modules jdk.incubator.vector -cp "refrain-cli/target/lib/*" \
 *       examples/src/main/java/io/refrain/examples/OwnCell.java [TEXT_FILE]
 * </pre>
 */
public final class OwnCell {
  private static final int HIDDEN = 64;
  private static final int BATCH = 8;
  private static final int STEPS = 24; // as far back as a gradient goes
  private static final int EPOCHS = 200;
  private static final double LEARNING_RATE = 0.01; // at first; it falls to 0

  private OwnCell() {}

  /**
   * An LSTM whose input gate is what the forget gate leaves, so it has three gates rather than four
   * (Greff et al. 2017, "LSTM: A Search Space Odyssey", call it CIFG):
   *
   * <pre>
   *   f, o = sigmoid(gate)      forget and output gate
   *   g = tanh(gate)            the candidate
   *   c' = f ⊙ c + (1 - f) ⊙ g
   *   h' = o ⊙ tanh(c')
   * </pre>
   *
   * <p>That is all a cell says. The products {@code W_ih · x + b_ih + W_hh · h + b_hh}, which are
   * its gates, and everything about time, batches, layers and threads are the library's.
   */
  static final class CoupledGateCell implements StepCell {
    private static final Kernels KERNELS = Kernels.get(); // loops over arrays, in vector registers

    /** The blocks f, g and o, in this order, each of {@code hidden} values. */
    @Override
    public int gates() {
      return 3;
    }

    /** h, which is the output, and c. */
    @Override
    public int states() {
      return 2;
    }

    /** Backward needs tanh(c') as well as the gates, and would rather not compute it again. */
    @Override
    public int notes(int hidden) {
      return hidden;
    }

    /** No unit looks at another but through W_hh, so threads may share the units of a step. */
    @Override
    public boolean unitwise() {
      return true;
    }

    @Override
    public void forward(CellStep s) {
      int n = s.hidden;
      float[] gates = s.gates;
      float[] c = s.next[1];
      for (int row = 0; row < s.rows; row++) {
        int f = s.gateAt(row, 0);
        int g = s.gateAt(row, 1);
        int o = s.gateAt(row, 2);
        int before = s.previousAt(row);
        int at = s.nextAt(row);
        int tanhC = s.noteAt(row, 0);
        KERNELS.sigmoid(gates, f, gates, f, n); // each gate stays where it was: backward reads it
        KERNELS.tanh(gates, g, gates, g, n);
        KERNELS.sigmoid(gates, o, gates, o, n);
        KERNELS.mix(gates, g, s.previous[1], before, gates, f, c, at, n); // c' = g + (c - g) ⊙ f
        KERNELS.tanh(c, at, s.notes, tanhC, n);
        KERNELS.product(gates, o, s.notes, tanhC, s.next[0], at, n);
      }
    }

    /**
     * The chain rule, from the last equation to the first. {@code dh} is all that flows into h',
     * {@code dc} what flows into c' from the step after:
     *
     * <pre>
     *   do = dh ⊙ tanh(c')
     *   dc += dh ⊙ o ⊙ (1 - tanh²(c'))
     *   df = dc ⊙ (c - g)
     *   dg = dc ⊙ (1 - f)
     *   dc = dc ⊙ f               for the step before
     * </pre>
     *
     * and each gate's gradient goes through its sigmoid or tanh.
     */
    @Override
    public void backward(CellStep s) {
      int n = s.hidden;
      float[] gates = s.gates;
      float[] dh = s.hiddenGradient;
      float[] dc = s.carriedGradient[1];
      float[] d = s.scratch; // room for three blocks
      for (int row = 0; row < s.rows; row++) {
        int f = s.gateAt(row, 0);
        int g = s.gateAt(row, 1);
        int o = s.gateAt(row, 2);
        int before = s.previousAt(row);
        int dhAt = s.hiddenGradientAt(row);
        int dcAt = s.carriedAt(row);
        int tanhC = s.noteAt(row, 0);

        KERNELS.product(dh, dhAt, gates, o, d, 0, n); // h' = o ⊙ tanh(c')
        KERNELS.tanhBackward(s.notes, tanhC, d, 0, d, 0, n);
        KERNELS.add(d, 0, dc, dcAt, n);
        KERNELS.product(dh, dhAt, s.notes, tanhC, d, 0, n);
        KERNELS.sigmoidBackward(gates, o, d, 0, gates, o, n);

        KERNELS.difference(s.previous[1], before, gates, g, d, 0, n); // c' = g + (c - g) ⊙ f
        KERNELS.product(dc, dcAt, d, 0, d, 0, n);
        KERNELS.product(dc, dcAt, gates, f, d, n, n);
        KERNELS.difference(dc, dcAt, d, n, d, 2 * n, n);
        System.arraycopy(d, n, dc, dcAt, n);
        KERNELS.sigmoidBackward(gates, f, d, 0, gates, f, n);
        KERNELS.tanhBackward(gates, g, d, 2 * n, gates, g, n);
      }
    }
  }

  /** Predicts the next character: the cell over one-hot characters, then a linear layer. */
  private static final class CharacterModel implements Module {
    final RecurrentStack rnn;
    final Linear linear;

    CharacterModel(StepCell cell, int vocabulary, int hidden, SplittableRandom random) {
      rnn =
          new RecurrentStack(StackOptions.of(cell, vocabulary, hidden).withIndexedInput(), random);
      linear = new Linear(hidden, vocabulary, random);
    }

    /** Optimizers, and files of weights, know the parameters by PyTorch's names. */
    @Override
    public SequencedMap<String, Parameter> parameters() {
      SequencedMap<String, Parameter> parameters = Module.nested("rnn", rnn);
      parameters.putAll(Module.nested("linear", linear));
      return parameters;
    }

    /** The mean of -log P(next character) over a batch, and the state after it. */
    Judgement judge(Tape tape, TokenBatch batch, RecurrentState state) {
      RecurrentStack.Output out =
          rnn.forward(tape, batch.inputs(), batch.steps(), batch.batch(), state);
      Tensor logits = linear.forward(tape, out.output());
      return new Judgement(CrossEntropy.mean(tape, logits, batch.targets()), out.state());
    }
  }

  private record Judgement(Tensor loss, RecurrentState state) {}

  /** Learns the text in the file that is named, or the built-in poem. */
  public static void main(String[] arguments) throws IOException {
    String text = arguments.length == 0 ? POEM : Files.readString(Path.of(arguments[0]));
    checkGradient(new CoupledGateCell());

    Tokenizer tokenizer = VerbatimTokenizer.train(text);
    int vocabulary = tokenizer.size();
    SplittableRandom random = new SplittableRandom(1);
    CharacterModel model = new CharacterModel(new CoupledGateCell(), vocabulary, HIDDEN, random);
    System.out.printf(
        Locale.ROOT, "%,d weights, %d kinds of character%n", model.parameterCount(), vocabulary);
    train(model, tokenizer.encode(text), random);
    write(model, tokenizer, text.substring(0, 1), random);
  }

  /**
   * Holds every derivative of a small model to a central difference: the first thing to do with a
   * cell, for training hides what is wrong. (Forget to carry {@code dc}, and the poem is learned
   * all the same, while long memories never are.) Losses are single precision, so a step that is
   * not tiny and two digits are what can be asked for; a forgotten term is wrong in the first.
   */
  static void checkGradient(StepCell cell) {
    SplittableRandom random = new SplittableRandom(2);
    CharacterModel model = new CharacterModel(cell, 3, 5, random);
    TokenBatch batch = new TokenBatch(6, 2); // 6 steps of 2 rows
    new SequentialPartition(2, 6).from(random.ints(13, 0, 3).toArray(), 0).fill(0, batch);
    RecurrentState zero = model.rnn.initialState(2);

    Tape tape = Tape.recording(ThreadTeam.single());
    tape.backward(model.judge(tape, batch, zero).loss());

    float step = 0.01f;
    model
        .parameters()
        .forEach((name, parameter) -> {
          float[] weights = parameter.data();
          float[] gradient = parameter.tensor().gradient();
          double largest = 0;
          double error = 0;
          for (int i = 0; i < weights.length; i++) {
            float weight = weights[i];
            weights[i] = weight + step;
            double above = loss(model, batch, zero);
            weights[i] = weight - step;
            double below = loss(model, batch, zero);
            weights[i] = weight;
            double difference = (above - below) / (2 * step);
            largest = Math.max(largest, Math.abs(difference));
            error = Math.max(error, Math.abs(difference - gradient[i]));
          }
          System.out.printf(
              Locale.ROOT, "gradient of %-16s differs by %.5f of %.5f%n", name, error, largest);
          if (!(error <= 0.02 * largest)) { // NaN is no match either
            throw new IllegalStateException("backward of the cell is not the gradient of forward");
          }
        });
  }

  private static double loss(CharacterModel model, TokenBatch batch, RecurrentState state) {
    Tape tape = Tape.computing(ThreadTeam.single());
    return model.judge(tape, batch, state).loss().item();
  }

  /**
   * Truncated back-propagation through time: rows of a batch go on where the same rows of the batch
   * before ended, from its state, but no gradient goes back there.
   */
  private static void train(CharacterModel model, int[] tokens, SplittableRandom random) {
    SequentialPartition partition = new SequentialPartition(BATCH, STEPS);
    TokenBatch batch = new TokenBatch(STEPS, BATCH);
    RecurrentState state = model.rnn.initialState(BATCH);
    Optimizer optimizer = new Adam(model.parameters(), Adam.Options.adam());
    ThreadTeam team = ThreadTeam.single();
    Tape tape = Tape.recording(team);
    for (int number = 1; number <= EPOCHS; number++) {
      Epoch epoch = partition.epoch(tokens, random);
      double rate = LEARNING_RATE * (EPOCHS - number) / (EPOCHS - 1);
      double nats = 0;
      state.reset();
      for (int i = 0; i < epoch.batches(); i++) {
        epoch.fill(i, batch);
        Judgement judgement = model.judge(tape, batch, state);
        nats += judgement.loss().item() / epoch.batches();
        tape.backward(judgement.loss());
        double norm = GradientNorm.of(team, model.parameters().values());
        optimizer.step(team, rate, GradientNorm.clip(norm, 1));
        optimizer.clearGradients();
        state.assign(judgement.state());
        tape.clear(); // its buffers are free for the next batch
      }
      if (number == 1 || number % 50 == 0) {
        System.out.printf(
            Locale.ROOT, "epoch %d: loss %.4f, perplexity %.3f%n", number, nats, Math.exp(nats));
      }
    }
  }

  /** Reads a prefix and goes on from it, character by character, with weights that are frozen. */
  private static void write(
      CharacterModel model, Tokenizer tokenizer, String prefix, SplittableRandom random) {
    FrozenStack rnn = model.rnn.freeze(); // immutable: any number of threads may share it
    FrozenStack.State state = rnn.initialState(); // one a text
    Sampler sampler =
        new Sampler(
            Sampler.Options.temperature(0.5).excluding(tokenizer.specialIds())); // never <unk>
    Tape tape = Tape.computing(ThreadTeam.single());
    for (int token : tokenizer.encode(prefix)) {
      rnn.advance(state, token);
    }
    System.out.print(prefix);
    for (int i = 0; i < 300; i++) {
      Tensor h = Tensor.constant(state.output(), rnn.outputWidth());
      int token = sampler.choose(model.linear.forward(tape, h).data(), random);
      tape.clear();
      System.out.print(tokenizer.piece(token));
      rnn.advance(state, token);
    }
    System.out.println();
  }

  /** Lewis Carroll, "Jabberwocky" (1871), in the public domain. */
  static final String POEM =
      """
      'Twas brillig, and the slithy toves
      Did gyre and gimble in the wabe:
      All mimsy were the borogoves,
      And the mome raths outgrabe.

      "Beware the Jabberwock, my son!
      The jaws that bite, the claws that catch!
      Beware the Jubjub bird, and shun
      The frumious Bandersnatch!"

      He took his vorpal sword in hand;
      Long time the manxome foe he sought -
      So rested he by the Tumtum tree
      And stood awhile in thought.

      And, as in uffish thought he stood,
      The Jabberwock, with eyes of flame,
      Came whiffling through the tulgey wood,
      And burbled as it came!

      One, two! One, two! And through and through
      The vorpal blade went snicker-snack!
      He left it dead, and with its head
      He went galumphing back.

      "And hast thou slain the Jabberwock?
      Come to my arms, my beamish boy!
      O frabjous day! Callooh! Callay!"
      He chortled in his joy.

      'Twas brillig, and the slithy toves
      Did gyre and gimble in the wabe:
      All mimsy were the borogoves,
      And the mome raths outgrabe.
      """;
}
