/**
 * The kernels on {@code jdk.incubator.vector}; the only package that imports it. Read {@code
 * SimdKernels} first, then {@code MatrixProduct} and {@code WideTile}.
 */
@NullMarked
package io.refrain.kernel.simd;

import org.jspecify.annotations.NullMarked;
