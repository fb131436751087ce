/**
 * {@code ./refrain bench}: how fast Refrain is, on its own and next to its peers.
 *
 * <p>Everything that is timed runs in a process of its own and takes orders line by line, Refrain
 * ({@link io.refrain.bench.RefrainMain}) like its peers ({@code io.refrain.bench.peers.PeerMain}),
 * so that nobody's threads, heap or compiled code disturb another's and runs can be interleaved.
 *
 * <p>May import every exported package of the library; nothing imports it but the tests. Read
 * {@link io.refrain.bench.BenchMain} first, then {@link io.refrain.bench.Race}; a new case of
 * Refrain's is a {@link io.refrain.bench.BenchCase}.
 */
@NullMarked
package io.refrain.bench;

import org.jspecify.annotations.NullMarked;
