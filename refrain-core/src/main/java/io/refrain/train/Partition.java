package io.refrain.train;

import io.refrain.data.BatchSampler;
import io.refrain.data.RandomSampling;
import io.refrain.data.SequentialPartition;

/** How sequences are taken from the text. */
public enum Partition {
  /** Rows walk through the text side by side. */
  SEQUENTIAL("sequential"),
  /** Each sequence begins anywhere. */
  RANDOM("random");

  private final String label;

  Partition(String label) {
    this.label = label;
  }

  /** Its name in a configuration. */
  public String label() {
    return label;
  }

  /** The partition of a name. */
  public static Partition of(String label) {
    for (Partition partition : values()) {
      if (partition.label.equals(label)) {
        return partition;
      }
    }
    throw new IllegalArgumentException(
        "unknown partition \"%s\"; known are sequential, random".formatted(label));
  }

  BatchSampler sampler(int batch, int steps) {
    return switch (this) {
      case SEQUENTIAL -> new SequentialPartition(batch, steps);
      case RANDOM -> new RandomSampling(batch, steps);
    };
  }
}
