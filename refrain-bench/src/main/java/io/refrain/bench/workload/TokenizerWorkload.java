package io.refrain.bench.workload;

/** Work on the text of WikiText-2 as it is published for words, which not every machine has. */
public sealed interface TokenizerWorkload extends Workload permits TokenEncoding, MergeTraining {}
