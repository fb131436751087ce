/**
 * The command line: commands, progress bars and plots over {@code refrain-core}, and no numerics.
 * It may import every exported package of the library; nothing imports it. Read {@link
 * io.refrain.cli.Main} first.
 */
@NullMarked
package io.refrain.cli;

import org.jspecify.annotations.NullMarked;
