/**
 * The program that times DL4J on the work that Refrain's own benchmarks do. It stands apart from
 * the other peers because it needs an older JavaCPP and OpenBLAS than libtorch, and takes part
 * where its libraries can be fetched and run.
 *
 * <p>May import DL4J, ND4J, {@code io.refrain.bench.serve}, {@code io.refrain.bench.workload} and
 * the JDK; nothing imports it: only Maven profile {@code dl4j} compiles it. Read {@link
 * io.refrain.bench.dl4j.Dl4jMain} first.
 */
@NullMarked
package io.refrain.bench.dl4j;

import org.jspecify.annotations.NullMarked;
