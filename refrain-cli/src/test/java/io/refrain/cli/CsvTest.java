package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CsvTest {
  @Provide
  Arbitrary<List<List<String>>> tables() {
    Arbitrary<String> field =
        Arbitraries.strings().withChars("ab ,;\"'\n\r\t\\\u00e9\u21b5").ofMaxLength(6);
    return field.list().ofMinSize(1).ofMaxSize(4).list().ofMaxSize(4);
  }

  @Property(tries = 300)
  void comesBackAsItWas(@ForAll("tables") List<List<String>> rows) {
    StringBuilder csv = new StringBuilder();
    rows.forEach(row -> csv.append(Csv.row(row)));
    assertThat(CsvReading.rows(csv.toString())).isEqualTo(rows);
  }

  @Property
  void numbersKeepTheDigitsOfSinglePrecision(@ForAll double value) {
    String field = CsvReading.rows(Csv.row(List.of(value))).getFirst().getFirst();
    float rounded = (float) value;
    String finite = Float.isFinite(rounded) ? Float.toString(rounded) : Double.toString(value);
    assertThat(field).isEqualTo(Double.isFinite(value) ? finite : "");
  }

  /** As the perplexity of a line is that no one expected. */
  @Test
  void aNumberTooLargeForSinglePrecisionIsWrittenAsItIs() {
    assertThat(Csv.row(Arrays.asList(1e40, -1e300, Double.POSITIVE_INFINITY)))
        .isEqualTo("1.0E40,-1.0E300,\n");
  }

  @Test
  void whatIsThereIsWritten() {
    assertThat(Csv.row(Arrays.asList(3L, 12, -6.25, Double.NaN, null, "a, \"b\"", "c d")))
        .isEqualTo("3,12,-6.25,,,\"a, \"\"b\"\"\",c d\n");
  }
}
