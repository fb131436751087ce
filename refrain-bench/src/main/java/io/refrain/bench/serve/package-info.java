/**
 * How a process that is timed takes orders and answers them, whoever works in it. Each peer's
 * program is this and a {@link io.refrain.bench.serve.Peer}.
 *
 * <p>May import {@code io.refrain.bench.workload}, {@code io.refrain.store} and the JDK; no peer's
 * library. Read {@link io.refrain.bench.serve.PeerServer} first.
 */
@NullMarked
package io.refrain.bench.serve;

import org.jspecify.annotations.NullMarked;
