package io.refrain.nn.recurrent;

/**
 * Rows of a batch at any time steps, as a {@link ScanCell} sees them: places in arrays.
 *
 * @param rows how many
 * @param hidden values in a state
 * @param gates [rows × gates·hidden] at {@code gatesAt}
 * @param gatesAt where the gates begin
 * @param decay [rows × hidden] at {@code at}: forward, what scales the state, to be written;
 *     backward, its gradient, to be read
 * @param drive [rows × hidden] at {@code at}: forward, what is added to the state, to be written;
 *     backward, its gradient, to be read
 * @param at where decay and drive begin
 */
public record ScanStep(
    int rows, int hidden, float[] gates, int gatesAt, float[] decay, float[] drive, int at) {}
