package io.refrain.bench.workload;

/**
 * A unit is the training of byte pairs from WikiText-2's training part, from the text to the model.
 *
 * @param name by which processes tell each other what to do
 * @param merges how many are learned
 */
public record MergeTraining(String name, int merges) implements TokenizerWorkload {}
