package io.refrain.tensor;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.PanelLayout;
import io.refrain.kernel.Panels;
import io.refrain.kernel.ThreadTeam;

/**
 * The right operand of a matrix product as {@link Kernels#multiply} wants it.
 *
 * @param panels its values, {@linkplain Kernels#pack packed}
 * @param rows rows
 * @param columns columns
 */
public record PackedMatrix(Panels panels, int rows, int columns) {
  private static final Kernels KERNELS = Kernels.get();
  private static final PanelLayout LAYOUT = KERNELS.layout();

  /** Values from which on it is sooner to fetch what another core packed than to pack it again. */
  private static final long WORTH_SHARING = 1 << 17;

  /** Packs a matrix to keep. */
  public static PackedMatrix of(Matrix b) {
    PackedMatrix packed = roomFor(b, new Panels(length(b)));
    packed.pack(b, 0, 1);
    return packed;
  }

  /** Packs a matrix with the threads of a tape; lives until the tape is cleared. */
  public static PackedMatrix of(Tape tape, Matrix b) {
    PackedMatrix packed = roomFor(b, tape.panels(length(b)));
    tape.team().run((part, parts) -> packed.pack(b, part, parts));
    return packed;
  }

  /**
   * Packs a weight, or takes what another part of the batch has packed of it, if that is much, or
   * what a pass before has, where {@linkplain Tape#reading weights stay}.
   *
   * @param weight what does not change until the pass has ended
   * @param b where it is, or some rows of it, perhaps transposed
   */
  public static PackedMatrix ofWeight(Tape tape, Tensor weight, Matrix b) {
    SharedWeights shared = tape.sharedWeights();
    boolean worth = weight.size() >= WORTH_SHARING || tape.keepsWeights();
    return shared != null && weight.isLeaf() && worth
        ? shared.packed(b, tape.team(), tape.isShadowing())
        : of(tape, b);
  }

  static PackedMatrix roomFor(Matrix b, Workspace<Panels> room) {
    return roomFor(b, room.take(length(b)));
  }

  private static PackedMatrix roomFor(Matrix b, Panels panels) {
    return new PackedMatrix(panels, b.rows(), b.columns());
  }

  private static int length(Matrix b) {
    return LAYOUT.length(b.rows(), b.columns());
  }

  /** Packs part {@code part} of {@code parts}, so many of the rows as they are stored. */
  void pack(Matrix b, int part, int parts) {
    int from = storedStart(b, part, parts);
    int to = storedStart(b, part + 1, parts);
    KERNELS.pack(b.transposed(), rows, columns, from, to, b.data(), b.at(), b.leading(), panels);
  }

  private int storedStart(Matrix b, int part, int parts) {
    return b.transposed() ? panelStart(part, parts) : ThreadTeam.boundary(rows, part, parts);
  }

  /** How many panels it has. */
  int panelCount() {
    return LAYOUT.panels(columns);
  }

  /** The first column of part {@code part} of {@code parts}, all made of whole panels. */
  int panelStart(int part, int parts) {
    return LAYOUT.boundary(columns, part, parts);
  }
}
