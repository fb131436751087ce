package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {

  @Test
  void readsNameAndFlagsOfLinux() {
    Machine machine =
        Machine.read(
            List.of("processor\t: 0", "model name\t: Some CPU @ 2 GHz", "flags\t\t: fma avx512f"),
            4);

    assertThat(machine).isEqualTo(new Machine("Some CPU @ 2 GHz", 4, true));
  }

  @Test
  void doesNotTakeOtherFlagsForAvx512() {
    assertThat(Machine.read(List.of("flags\t\t: avx2 avx512fp16"), 1).hasAvx512()).isFalse();
  }

  @Test
  void knowsTheArchitectureWhereNoFileSaysMore() {
    Machine machine = Machine.read(List.of(), 2);

    assertThat(machine.processor()).isEqualTo(System.getProperty("os.arch"));
    assertThat(machine.hasAvx512()).isFalse();
  }
}
