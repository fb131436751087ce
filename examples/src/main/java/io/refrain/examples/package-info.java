/**
 * Small programs that use the library as anybody can, through what it exports. Each is one file
 * that runs by itself. Read {@link io.refrain.examples.OwnCell}.
 */
@NullMarked
package io.refrain.examples;

import org.jspecify.annotations.NullMarked;
