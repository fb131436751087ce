/**
 * The program that times libtorch, DJL and jtokkit on the work that Refrain's own benchmarks do.
 * Each setting of a peer (library, case, variant, threads) is a process of its own, so that one
 * library's threads and memory cannot disturb another's; the process stays alive and takes orders
 * line by line, so that runs of all settings can be interleaved.
 *
 * <p>May import the peers' libraries, {@code io.refrain.bench.serve}, {@code
 * io.refrain.bench.workload} and the JDK; nothing imports it: only Maven profile {@code peers}
 * compiles it. Read {@link io.refrain.bench.peers.PeerMain} first.
 */
@NullMarked
package io.refrain.bench.peers;

import org.jspecify.annotations.NullMarked;
