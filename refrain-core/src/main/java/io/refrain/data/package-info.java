/**
 * Token sequences in, batches out: where the rows of a batch begin, and which tokens they predict.
 *
 * <p>May import the JDK only; knows neither text nor networks. Read {@link
 * io.refrain.data.BatchSampler} first, then {@link io.refrain.data.TokenSource}, which it reads
 * from.
 */
@NullMarked
package io.refrain.data;

import org.jspecify.annotations.NullMarked;
