package io.refrain.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  private static final NamedTensor WEIGHT =
      new NamedTensor("weight_ih_l0", new int[] {2, 1}, new float[] {1, -2});
  private static final NamedTensor SCALAR =
      new NamedTensor("learning rate", new int[0], new float[] {0.5f});

  @TempDir Path folder;

  @Property(tries = 100)
  void everythingComesBackAsItWas(
      @ForAll("metadata") Map<String, String> metadata,
      @ForAll("tensorLists") List<NamedTensor> tensors)
      throws IOException {
    try (ScratchFolder scratch = new ScratchFolder()) {
      Path file = scratch.file("model.safetensors");
      Safetensors.write(file, metadata, tensors);
      try (SafetensorsFile read = SafetensorsFile.open(file)) {
        assertThat(read.metadata()).isEqualTo(metadata);
        assertThat(read.tensors()).containsExactlyInAnyOrderElementsOf(tensors);
        for (NamedTensor tensor : tensors) {
          assertThat(read.tensor(tensor.name())).isEqualTo(tensor);
          assertThat(read.shape(tensor.name())).isEqualTo(tensor.shape());
        }
      }
    }
  }

  @Test
  void bytesAreThoseOfTheFormat() throws IOException {
    Path file = folder.resolve("model.safetensors");
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("z", "last");
    metadata.put("format", "pt");
    Safetensors.write(file, metadata, List.of(WEIGHT, SCALAR));

    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[(int) bytes.getLong()];
    bytes.get(header);
    assertThat(header.length % 8).isZero();
    assertThat(new String(header, StandardCharsets.UTF_8).stripTrailing())
        .isEqualTo(
            """
            {"__metadata__":{"format":"pt","z":"last"},\
            "weight_ih_l0":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},\
            "learning rate":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}\
            """);
    assertThat(bytes.remaining()).isEqualTo(12);
    assertThat(bytes.getFloat()).isEqualTo(1f);
    assertThat(bytes.getFloat()).isEqualTo(-2f);
    assertThat(bytes.getFloat()).isEqualTo(0.5f);
  }

  @Test
  void sameArgumentsGiveTheSameBytes() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    Safetensors.write(first, Map.of("a", "1", "b", "2", "c", "3"), List.of(WEIGHT, SCALAR));
    Safetensors.write(second, Map.of("c", "3", "b", "2", "a", "1"), List.of(WEIGHT, SCALAR));
    assertThat(second).hasSameBinaryContentAs(first);
  }

  @Test
  void dataOfSeveralChunksComeBackBitForBit() throws IOException {
    float[] data = new float[200_003];
    for (int i = 0; i < data.length; i++) {
      data[i] = Float.intBitsToFloat(i * 0x9e3779b1);
    }
    Path file = folder.resolve("large.safetensors");
    Safetensors.write(
        file, Map.of(), List.of(SCALAR, new NamedTensor("w", new int[] {data.length}, data)));
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(bits(read.tensor("w").data())).isEqualTo(bits(data));
      assertThat(read.tensor("learning rate")).isEqualTo(SCALAR);
      assertThat(read.names()).containsExactly("learning rate", "w");
    }
  }

  @Test
  void aFileWithoutTensorsIsGood() throws IOException {
    Path file = folder.resolve("empty.safetensors");
    Safetensors.write(file, Map.of(), List.of());
    assertThat(Files.size(file)).isEqualTo(16);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.names()).isEmpty();
      assertThat(read.metadata()).isEmpty();
    }
  }

  @Test
  void refusesWhatAFileCannotHold() {
    Path file = folder.resolve("model.safetensors");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Safetensors.write(file, Map.of(), List.of(WEIGHT, WEIGHT)))
        .withMessage("two tensors are called \"weight_ih_l0\"; a file needs distinct names");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Safetensors.write(file, Map.of("k", "\udc00"), List.of()))
        .withMessageContaining("well-formed Unicode");
    assertThat(file).doesNotExist();
  }

  @Provide
  Arbitrary<Map<String, String>> metadata() {
    return Arbitraries.maps(texts(), texts()).ofMaxSize(4);
  }

  @Provide
  Arbitrary<List<NamedTensor>> tensorLists() {
    Arbitrary<int[]> shapes = Arbitraries.integers().between(0, 5).array(int[].class).ofMaxSize(4);
    Arbitrary<NamedTensor> tensors =
        texts()
            .filter(name -> !name.equals("__metadata__"))
            .flatMap(name -> shapes.flatMap(shape -> tensors(name, shape)));
    return tensors.list().ofMaxSize(5).uniqueElements(NamedTensor::name);
  }

  private static Arbitrary<NamedTensor> tensors(String name, int[] shape) {
    int count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return Arbitraries.integers()
        .array(int[].class)
        .ofSize(count)
        .map(bits -> new NamedTensor(name, shape, floats(bits)));
  }

  /**
   * Any text that UTF-8 can express: quotes, controls and characters beyond the first plane too.
   */
  private static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.of("", "a.b/c", "\"\\\n\t\u0000", "\u2028", "Ω→🎵", "\ufeff"),
        Arbitraries.strings().ofMaxLength(12).filter(FileText::isWellFormed));
  }

  private static float[] floats(int[] bits) {
    float[] floats = new float[bits.length];
    for (int i = 0; i < bits.length; i++) {
      floats[i] = Float.intBitsToFloat(bits[i]);
    }
    return floats;
  }

  private static int[] bits(float[] floats) {
    int[] bits = new int[floats.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(floats[i]);
    }
    return bits;
  }
}
